import { tokensOf } from '../options/tokens.ts';

/** One item of an annotation, with the options after it. */
export interface Item {
  readonly text: string;
  readonly options: readonly string[];
}

export interface Items {
  readonly items: readonly Item[];
  /** Options before the first item. */
  readonly strays: readonly string[];
}

/**
 * `item *( SP option ) *( SP item *( SP option ) )`: an item begins with a digit; an option begins with a letter, or with
 * `?` and a letter if podway may ignore it when unknown. A token with any other beginning becomes a malformed item.
 */
export function readItems(text: string): Items {
  const items: { readonly text: string; readonly options: string[] }[] = [];
  const strays: string[] = [];
  for (const token of tokensOf(text)) {
    if (!OPTION.test(token)) items.push({ text: token, options: [] });
    else (items.at(-1)?.options ?? strays).push(token);
  }
  return { items, strays };
}

const OPTION = /^\??[A-Za-z]/;
