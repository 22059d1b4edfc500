import { acceptedValues, presented, type SecretFields } from './generate-key-lines.ts';

/** The namespaces that have a pod at each path. */
export const SITES: Readonly<Record<string, readonly string[]>> = {
  '/a': ['a'],
  '/shared': ['a', 'b', 'open'],
  '/both': ['a', 'b'],
};

export type Secrets = Readonly<Record<string, SecretFields>>;

/**
 * What docs/keys.md and SECURITY.md promise for a request to `path` with these lines: a status, or the namespaces of which one serves
 * the request.
 */
export function expected(
  path: string,
  secrets: Secrets,
  lines: readonly string[],
): number | readonly string[] {
  const key = presented(lines);
  if (key === 'malformed') return 400;
  const namespaces = SITES[path] ?? [];
  const accepted = new Map(namespaces.map((it) => [it, acceptedValues(secrets[it])]));
  const open = namespaces.filter((it) => accepted.get(it) === 'open');
  if (open.length === namespaces.length) return namespaces;
  if (key === 'several') return 403;
  if (key === 'none') return open.length > 0 ? open : 403;
  const opened = namespaces.filter((it) => {
    const values = accepted.get(it);
    return values !== undefined && values !== 'open' && values.includes(key.value);
  });
  return opened.length > 0 ? opened : 403;
}
