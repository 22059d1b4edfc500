import { tokensOf } from '../words/tokens.ts';

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
