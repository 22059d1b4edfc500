/** One item of an annotation and the words behind it. */
export interface Item {
  readonly text: string;
  readonly words: readonly string[];
}

export interface Items {
  readonly items: readonly Item[];
  /** Words before the first item. */
  readonly strays: readonly string[];
}

/**
 * A token: what stands between white space, and a word whose value is quoted to its closing quote. A quote that is not
 * closed is part of its token, so that only this one is malformed. Any ASCII white space separates, so that YAML block
 * scalars work; a no-break space is a mistake in its token.
 */
const TOKEN = /\??[A-Za-z][A-Za-z-]*="[^"]*"[^ \t\r\n\f\v]*|[^ \t\r\n\f\v]+/g;

/**
 * `item *( SP word ) *( SP item *( SP word ) )`: an item begins with a digit, a word with a letter or, if it need not be
 * known, `?` and a letter. A token with any other beginning is an item that means nothing.
 */
export function readItems(text: string): Items {
  const items: { readonly text: string; readonly words: string[] }[] = [];
  const strays: string[] = [];
  for (const token of tokensOf(text)) {
    if (!WORD.test(token)) items.push({ text: token, words: [] });
    else (items.at(-1)?.words ?? strays).push(token);
  }
  return { items, strays };
}

const WORD = /^\??[A-Za-z]/;

export function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? [];
}
