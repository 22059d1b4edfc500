/**
 * What the page may do (CSP level 3), by the nonce of this answer and the WebSockets of the host that was asked.
 *
 * The emulator makes `<style>` elements; the nonce allows those that the page's own code made and no others. It also writes
 * `style` attributes for colours; the page makes them properties of the element's style, which no policy concerns, so nothing
 * is `unsafe-inline`. WebSockets are named since not every browser counts them as `'self'`.
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

/** Fields of every answer: nothing is kept, guessed, framed, or read by another site. */
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

/** The policy of everything that is no page. */
export const NO_CONTENT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
