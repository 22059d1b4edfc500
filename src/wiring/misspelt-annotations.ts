import { isNearKey } from './near-names.ts';
import { printable } from './rejection.ts';

const MAX_REPORTED = 3;
const MAX_NAME_LENGTH = 63;

/**
 * Annotations whose name is probably a misspelling of a podway annotation that the pod lacks: `routingHost (did you mean
 * routingHosts?)`; undefined: none.
 */
export function misspelledAnnotations(annotations: unknown, names: readonly string[]): string | undefined {
  if (typeof annotations !== 'object' || annotations === null) return undefined;
  const keys = Object.keys(annotations);
  const found: string[] = [];
  for (const name of names) {
    const near = keys.find((key) => isNearKey(key, name));
    if (near === undefined || names.includes(near) || Object.hasOwn(annotations, name)) continue;
    found.push(`${printable(near, MAX_NAME_LENGTH)} (did you mean ${name}?)`);
  }
  return found.length === 0 ? undefined : found.slice(0, MAX_REPORTED).join(', ');
}
