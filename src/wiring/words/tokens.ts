/**
 * A token: what stands between white space, and a word whose value is quoted to its closing quote. A quote that is not
 * closed is part of its token, so that only this one is malformed. Any ASCII white space separates, so that YAML block
 * scalars work; a no-break space is a mistake in its token.
 */
const TOKEN = /\??[A-Za-z][A-Za-z-]*="[^"]*"[^ \t\r\n\f\v]*|[^ \t\r\n\f\v]+/g;

export function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? [];
}
