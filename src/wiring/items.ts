/** One item of an annotation and the words behind it. */
export interface Item {
  readonly text: string;
  readonly words: readonly string[];
}

/**
 * A token: what stands between white space, and a word whose value is quoted to its closing quote. A quote that is not
 * closed is part of its token, so that only this one is malformed. Any ASCII white space separates, so that YAML block
 * scalars work; a no-break space is a mistake in its token.
 */
const TOKEN = /[A-Za-z][A-Za-z-]*="[^"]*"[^ \t\r\n\f\v]*|[^ \t\r\n\f\v]+/g;

/**
 * `item *( SP word ) *( SP item *( SP word ) )`: an item begins with a digit and a word with a letter. A token with any other
 * beginning, or a word before the first item, is an item that means nothing.
 */
export function readItems(text: string): Item[] {
  const items: { readonly text: string; readonly words: string[] }[] = [];
  for (const token of tokens(text)) {
    const last = items.at(-1);
    if (last === undefined || !/^[A-Za-z]/.test(token)) items.push({ text: token, words: [] });
    else last.words.push(token);
  }
  return items;
}

function tokens(text: string): string[] {
  return text.match(TOKEN) ?? [];
}
