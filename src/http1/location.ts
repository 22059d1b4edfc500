/** What a `Location` says that does not depend on the request's own path (RFC 9110 section 10.2.2). */
export interface Location {
  /** '' for one without a scheme, which means that of the request. */
  readonly scheme: 'http' | 'https' | '';
  /** Host and port as received, not validated; '' for a path on the request's own host. */
  readonly authority: string;
  /** Path, query and fragment as received; '' behind an authority that nothing follows. */
  readonly rest: string;
}

/** No user (`@`), and no octet that browsers read in another way than RFC 3986 does. */
const WITH_AUTHORITY = /^(?:(https?):)?\/\/([^/?#\\@\s]+)((?:[/?#].*)?)$/i;
/** Browsers read a backslash as a slash and no tab at all, and two slashes begin an authority. */
const ON_OWN_HOST = /^\/(?![/\\])[^\t]*$/;

/** Undefined: another scheme, a path that is relative to that of the request, or one that readers disagree about. */
export function readLocation(value: string): Location | undefined {
  const [, scheme = '', authority, rest = ''] = WITH_AUTHORITY.exec(value) ?? [];
  if (authority !== undefined) return { scheme: scheme.toLowerCase() as Location['scheme'], authority, rest };
  return ON_OWN_HOST.test(value) ? { scheme: '', authority: '', rest: value } : undefined;
}

/** As a field value again. */
export function writeLocation({ scheme, authority, rest }: Location): string {
  if (authority === '') return rest;
  return `${scheme === '' ? '' : `${scheme}:`}//${authority}${rest}`;
}
