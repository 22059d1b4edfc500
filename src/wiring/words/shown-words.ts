import { WORDS } from './table.ts';
import { tokensOf } from './tokens.ts';

/** Words as anybody may see them: of a field that requests are given only the name is left, for its value may be a secret. */
export function shownWords(words: string): string {
  return tokensOf(words).map(shownWord).join(' ');
}

export function shownWord(word: string): string {
  const name = nameOf(word);
  const isSecret = Object.hasOwn(WORDS, name) && WORDS[name]?.secret === true;
  return isSecret ? word.replace(/^([^:]*:).+$/s, '$1 ..."') : word;
}

/** Names of the words in which these lists of words differ. */
export function differingWords(lists: readonly string[]): readonly string[] {
  const all = [...new Set(lists)].map((words) => new Set(tokensOf(words)));
  if (all.length < 2) return [];
  const words = new Set(all.flatMap((it) => [...it]));
  const differing = [...words].filter((word) => all.some((it) => !it.has(word)));
  return [...new Set(differing.map(nameOf))].sort();
}

function nameOf(word: string): string {
  return /^\??([A-Za-z-]*)/.exec(word)?.[1] ?? '';
}
