import { own } from '../../../wiring/json.ts';
import { SourceError } from '../../source.ts';
import { textOf } from './kubeconfig-files.ts';

/** Header fields by which a user acts as another user; a list is one field line per value. */
export type Impersonation = Readonly<Record<string, string | string[]>>;

/**
 * The header fields for `as`, `as-uid`, `as-groups` and `as-user-extra` of a user (Kubernetes, "User impersonation").
 *
 * @throws SourceError if a value has another type, or if there is no `as` to which the others belong
 */
export function impersonation(user: unknown): Impersonation {
  const as = textOf(user, 'as', 'the user');
  const uid = textOf(user, 'as-uid', 'the user');
  const groups = texts(own(user, 'as-groups'), 'as-groups');
  const extra = own(user, 'as-user-extra') ?? {};
  if (typeof extra !== 'object' || Array.isArray(extra))
    throw new SourceError('as-user-extra of the user is not a map');
  const extras = Object.entries(extra).map(([key, values]) => [
    `Impersonate-Extra-${headerKey(key)}`,
    texts(values, `as-user-extra.${key}`),
  ]);
  if (as === undefined && (uid !== undefined || groups.length > 0 || extras.length > 0)) {
    throw new SourceError('the user has as-uid, as-groups or as-user-extra, but no as');
  }
  return {
    ...(as !== undefined && { 'Impersonate-User': as }),
    ...(uid !== undefined && { 'Impersonate-Uid': uid }),
    ...(groups.length > 0 && { 'Impersonate-Group': groups }),
    ...Object.fromEntries(extras),
  };
}

function texts(value: unknown, key: string): string[] {
  const list = value ?? [];
  if (!Array.isArray(list) || !list.every((it) => typeof it === 'string')) {
    throw new SourceError(`${key} of the user is not a list of strings`);
  }
  return list;
}

/** Percent-encodes what a field name cannot contain, and `%` (client-go's headerKeyEscape). */
function headerKey(key: string): string {
  return key.replace(/[^!#$&'*+.^_`|~0-9A-Za-z-]/g, (character) =>
    [...Buffer.from(character, 'utf8')]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}
