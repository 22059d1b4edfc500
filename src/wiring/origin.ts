/**
 * Reads a scheme and an authority (RFC 6454 section 6.2). Returns them in lower case and without the scheme's default port;
 * undefined: malformed.
 */
export function readOrigin(text: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s,\\]+$/i.test(text)) return undefined;
  const url = URL.parse(text);
  if (url === null) return undefined;
  return url.origin === 'null' ? text.toLowerCase() : url.origin;
}
