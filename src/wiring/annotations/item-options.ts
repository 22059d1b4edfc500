import type { Item } from './items.ts';
import { type PodOptions, REJECTED } from '../options/pod-options.ts';
import {
  listOptions,
  NO_LIST,
  readOptions,
  type OptionList,
  type OptionProblem,
} from '../options/read-options.ts';
import { tokensOf } from '../options/tokens.ts';
import type { OptionRules } from '../options/option.ts';

export interface ItemOptions {
  /** REFUSED: podway does not understand a guard among them. */
  readonly options: PodOptions;
  readonly problems: readonly OptionProblem[];
}

/** Reads the options of each item of a pod, together with the pod's options for all items. */
export class OptionReader {
  readonly #rules: OptionRules;
  readonly #ofPod: OptionList;
  readonly #rejectsAll: boolean;
  /** Problems of the options for all items. Items do not report them again. */
  readonly problems: readonly OptionProblem[];

  /** @param text the annotation with options for all items */
  constructor(text: string | undefined, rules: OptionRules) {
    this.#rules = rules;
    const list = listOptions(tokensOf(text ?? ''));
    const read = 'reason' in list ? list : readOptions(NO_LIST, list, rules);
    this.#ofPod = 'reason' in list ? NO_LIST : list;
    this.#rejectsAll = 'reason' in read && read.reason !== 'option-conflict';
    if (!('reason' in read)) this.problems = read.notes;
    // A conflict rejects no item yet: options of an item may override an option of the pod and resolve the conflict.
    else this.problems = this.#rejectsAll ? [read] : [];
  }

  of({ text, options }: Item): ItemOptions {
    if (this.#rejectsAll) return { options: REJECTED, problems: [] };
    const list = listOptions(options);
    const read = 'reason' in list ? list : readOptions(list, this.#ofPod, this.#rules);
    if ('reason' in read) return { options: REJECTED, problems: [behind(text, read)] };
    const own = read.notes.filter((it) => !this.problems.some((known) => isSame(known, it)));
    return { options: read.options, problems: own.map((it) => behind(text, it)) };
  }
}

function behind(text: string, { reason, detail }: OptionProblem): OptionProblem {
  return { reason, detail: `${text} ${detail}` };
}

function isSame(a: OptionProblem, b: OptionProblem): boolean {
  return a.reason === b.reason && a.detail === b.detail;
}
