import type { Item } from './items.ts';
import { type PodOptions, REFUSED } from '../words/pod-options.ts';
import { listWords, NO_LIST, readWords, type WordList, type WordProblem } from '../words/read-words.ts';
import { tokensOf } from '../words/tokens.ts';
import type { WordRules } from '../words/word.ts';

export interface ItemOptions {
  /** REFUSED: a guard is not understood. */
  readonly options: PodOptions;
  readonly problems: readonly WordProblem[];
}

/** What the words of a pod's items say, together with those for all its items. */
export class ItemWords {
  readonly #rules: WordRules;
  readonly #ofPod: WordList;
  readonly #refusesAll: boolean;
  /** Of the options for all items, each reported once. */
  readonly problems: readonly WordProblem[];

  /** @param text of the annotation with words for all items */
  constructor(text: string | undefined, rules: WordRules) {
    this.#rules = rules;
    const list = listWords(tokensOf(text ?? ''));
    const read = 'reason' in list ? list : readWords(NO_LIST, list, rules);
    this.#ofPod = 'reason' in list ? NO_LIST : list;
    this.#refusesAll = 'reason' in read && read.reason !== 'option-conflict';
    if (!('reason' in read)) this.problems = read.notes;
    // Words of an item may still resolve a conflict.
    else this.problems = this.#refusesAll ? [read] : [];
  }

  of({ text, words }: Item): ItemOptions {
    if (this.#refusesAll) return { options: REFUSED, problems: [] };
    const list = listWords(words);
    const read = 'reason' in list ? list : readWords(list, this.#ofPod, this.#rules);
    if ('reason' in read) return { options: REFUSED, problems: [behind(text, read)] };
    const own = read.notes.filter((it) => !this.problems.some((known) => isSame(known, it)));
    return { options: read.options, problems: own.map((it) => behind(text, it)) };
  }
}

function behind(text: string, { reason, detail }: WordProblem): WordProblem {
  return { reason, detail: `${text} ${detail}` };
}

function isSame(a: WordProblem, b: WordProblem): boolean {
  return a.reason === b.reason && a.detail === b.detail;
}
