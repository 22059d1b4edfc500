import { closest } from '../closest.ts';
import { WORDS } from './table.ts';
import { tokensOf } from './tokens.ts';

/** Words as anybody may see them: of a field that requests are given only the name is left, for its value may be a secret. */
export function shownWords(words: string): string {
  return tokensOf(words).map(shownWord).join(' ');
}

export function shownWord(word: string): string {
  return isSecret(nameOf(word)) ? hidden(word) : word;
}

/**
 * A word that podway does not know, or that stands where none is read. What is behind a colon of its value is shown only where no field
 * of requests can be meant.
 */
export function shownUnknown(word: string): string {
  const name = nameOf(word);
  const meant = Object.hasOwn(WORDS, name) ? name : closest(name, Object.keys(WORDS));
  if (meant === undefined) return word.replace(/^([^=]*=[^:]*:).*?("?)$/s, '$1 ...$2');
  return isSecret(meant) ? hidden(word) : word;
}

function isSecret(name: string): boolean {
  return Object.hasOwn(WORDS, name) && WORDS[name]?.secret === true;
}

/** The name of a field is left, if the value begins with one. */
function hidden(word: string): string {
  return word.replace(/^([^=:]*(?:=[^:]*:|:|=)).*?("?)$/s, '$1 ...$2');
}

/**
 * Words by which a canary, or a version of another weight, is distinguished from its siblings: pods that differ in them
 * are meant to.
 */
const DIVIDING = /^\??(?:share|group|weight|if-[a-z]+)(?:=|$)/;

/**
 * Names of the words in which pods differ that ought to say the same: each list of words is compared with those of the same
 * share, group, weight and conditions.
 */
export function differingWords(lists: readonly string[]): readonly string[] {
  const distinct = [...new Set(lists)];
  if (distinct.length < 2) return [];
  const versions = Map.groupBy(distinct.map(tokensOf), (words) =>
    words
      .filter((word) => DIVIDING.test(word))
      .sort()
      .join(' '),
  );
  const names = [...versions.values()].flatMap((version) => namesThatDiffer(version));
  return [...new Set(names)].sort();
}

function namesThatDiffer(version: readonly (readonly string[])[]): string[] {
  const all = version.map((words) => new Set(words));
  const words = new Set(version.flat());
  return [...words].filter((word) => all.some((it) => !it.has(word))).map(nameOf);
}

function nameOf(word: string): string {
  return /^\??([A-Za-z-]*)/.exec(word)?.[1] ?? '';
}
