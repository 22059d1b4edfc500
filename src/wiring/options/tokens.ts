/**
 * A token is the text between two white spaces; the quoted value of an option may contain white space. A quote that is
 * not closed is part of its token, so only this token is malformed. Any ASCII white space separates tokens, so YAML block
 * scalars work; a no-break space is a mistake in its token.
 */
const TOKEN = /\??[A-Za-z][A-Za-z-]*="[^"]*"[^ \t\r\n\f\v]*|[^ \t\r\n\f\v]+/g;

export function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? [];
}
