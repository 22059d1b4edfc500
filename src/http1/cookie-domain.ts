/** One attribute of a Set-Cookie, with the `;` before it (RFC 6265 section 5.2). */
const DOMAIN = /;[ \t]*domain[ \t]*=([^;]*)/gi;

/**
 * A Set-Cookie of `host` for the same host under `suffix`. Its own domain gets the suffix. One above it is left out, so
 * that the cookie is for that host alone: podway does not know whether other owners have hosts in it, as in `co.uk`. A
 * browser refuses any other, as it would without the suffix.
 */
export function cookieUnderSuffix(value: string, host: string, suffix: string): string {
  return value.replace(DOMAIN, (attribute, received: string) => {
    const domain = received.trim().toLowerCase().replace(/^\./, '');
    if (domain === host) return `; Domain=${host}${suffix}`;
    return domain !== '' && host.endsWith(`.${domain}`) ? '' : attribute;
  });
}
