/** The parts of a `Location` that does not depend on the request's own path (RFC 9110 section 10.2.2). */
export interface Location {
  /** '' without a scheme: the scheme of the request applies. */
  readonly scheme: 'http' | 'https' | '';
  /** Host and port as received, not validated; '' for a path on the request's own host. */
  readonly authority: string;
  /** Path, query and fragment as received; '' when they are missing after an authority. */
  readonly rest: string;
}

/** Excludes user information (`@`), and octets that browsers read differently from RFC 3986. */
const WITH_AUTHORITY = /^(?:(https?):)?\/\/([^/?#\\@\s]+)((?:[/?#].*)?)$/i;
/** Browsers read a backslash as a slash, ignore tabs, and read two slashes as the start of an authority. */
const ON_OWN_HOST = /^\/(?![/\\])[^\t]*$/;

/**
 * Undefined: it has another scheme, or a path relative to that of the request, or software reads it in different ways.
 */
export function readLocation(value: string): Location | undefined {
  const [, scheme = '', authority, rest = ''] = WITH_AUTHORITY.exec(value) ?? [];
  if (authority !== undefined) return { scheme: scheme.toLowerCase() as Location['scheme'], authority, rest };
  return ON_OWN_HOST.test(value) ? { scheme: '', authority: '', rest: value } : undefined;
}

/** The Location as a field value. */
export function writeLocation({ scheme, authority, rest }: Location): string {
  if (authority === '') return rest;
  return `${scheme === '' ? '' : `${scheme}:`}//${authority}${rest}`;
}
