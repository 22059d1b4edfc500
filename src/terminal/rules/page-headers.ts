/**
 * The policy of the page (CSP level 3), with the nonce of this answer and the WebSockets of the requested host.
 *
 * The emulator makes `<style>` elements; the nonce allows only those that the page's own code made. It also writes `style`
 * attributes for colours; the page converts them to properties of the element's style, to which policies do not apply. So the
 * policy needs no `unsafe-inline`. It names WebSockets because not every browser includes them in `'self'`.
 *
 * @param sockets such as `ws://localhost:9443`
 */
export function contentSecurityPolicy(nonce: string, sockets: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    `connect-src 'self' ${sockets}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

/** Header fields of every answer: no caching, no guessing of types, no framing, no reading by other sites. */
export const GUARDS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'clipboard-read=(), clipboard-write=(), camera=(), microphone=(), geolocation=()',
};

/** The policy of answers that are not pages. */
export const NO_CONTENT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
