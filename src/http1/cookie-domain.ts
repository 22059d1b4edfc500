/** The Domain attribute of a Set-Cookie, with the `;` before it (RFC 6265 section 5.2). */
const DOMAIN = /;[ \t]*domain[ \t]*=([^;]*)/gi;

/**
 * Rewrites a Set-Cookie of `host` for the same host under `suffix`. If its Domain is the host, it gets the suffix. If
 * its Domain is above the host, the attribute is removed, so that the cookie is for this host alone: podway does not
 * know whether the domain has hosts of other owners, as `co.uk` has. Any other Domain is unchanged: browsers refuse it,
 * as they would without the suffix.
 */
export function cookieUnderSuffix(value: string, host: string, suffix: string): string {
  return value.replace(DOMAIN, (attribute, received: string) => {
    const domain = received.trim().toLowerCase().replace(/^\./, '');
    if (domain === host) return `; Domain=${host}${suffix}`;
    return domain !== '' && host.endsWith(`.${domain}`) ? '' : attribute;
  });
}
