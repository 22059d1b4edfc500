import { closest } from '../closest.ts';
import { NO_WORDS, type PodOptions } from './pod-options.ts';
import type { RejectionReason } from '../rejection.ts';
import { shownUnknown, shownWord } from './shown-words.ts';
import { CONFLICTS, WORDS } from './table.ts';
import type { Meaning, Word, WordRules } from './word.ts';

/** What is wrong with a word. */
export interface WordProblem {
  readonly reason: RejectionReason;
  readonly detail: string;
}

export interface ReadWords {
  readonly options: PodOptions;
  /** Of words that are left out, or say less than they were to. */
  readonly notes: readonly WordProblem[];
}

/** Words by their names, and what distinguishes those that may stand several times. */
export type WordList = ReadonlyMap<string, SpelledWord>;

interface SpelledWord {
  readonly text: string;
  readonly name: string;
  readonly value: string | undefined;
  readonly word: Word;
}

export const NO_LIST: WordList = new Map();

const MOST_WORDS = 32;
const LONGEST_LIST = 8_192;

/** The words of a list. One that is not known and does not begin with `?` is a problem: it may have been a guard. */
export function listWords(tokens: readonly string[]): WordList | WordProblem {
  if (tokens.length === 0) return NO_LIST;
  if (tokens.length > MOST_WORDS)
    return { reason: 'option-malformed', detail: `${tokens.length} words, at most ${MOST_WORDS}` };
  const length = tokens.reduce((sum, it) => sum + it.length, 0);
  if (length > LONGEST_LIST)
    return { reason: 'option-malformed', detail: `${length} characters, at most ${LONGEST_LIST}` };
  const list = new Map<string, SpelledWord>();
  for (const text of tokens) {
    const { mayBeUnknown, name, value } = partsOf(text);
    const word = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
    if (word === undefined && mayBeUnknown) continue;
    if (word === undefined)
      return { reason: 'option-unknown', detail: `${shownUnknown(text)}${suggestion(name)}` };
    const key = word.repeatedBy === undefined ? name : `${name} ${word.repeatedBy(value ?? '')}`;
    if (list.has(key)) return { reason: 'option-repeated', detail: shownWord(text) };
    // What follows may be the rest of a value that must stay secret.
    if (value === BROKEN && word.secret === true)
      return { reason: 'option-malformed', detail: `${shownWord(text)} (${formOf(name, word)})` };
    list.set(key, { text, name, value, word });
  }
  return list;
}

/** What the words of an item say, and of the words of its pod those that the item does not repeat. */
export function readWords(item: WordList, pod: WordList, rules: WordRules): ReadWords | WordProblem {
  if (item.size === 0 && pod.size === 0) return { options: NO_WORDS, notes: [] };
  const all = [...new Map([...pod, ...item])].sort(([a], [b]) => (a < b ? -1 : 1));
  const notes: WordProblem[] = [];
  const words: string[] = [];
  const guardWords: string[] = [];
  const endpointWords: string[] = [];
  let options = NO_WORDS;
  for (const [, spelledWord] of all) {
    const { text, name, value, word } = spelledWord;
    const read = readOne(spelledWord, rules, options);
    const problem =
      'reason' in read ? { reason: read.reason, detail: `${shownWord(text)}${read.detail}` } : undefined;
    if (problem !== undefined && word.kind === 'guard') return problem;
    if (problem !== undefined) notes.push(problem);
    if ('reason' in read) continue;
    if (read.clamped !== undefined)
      notes.push({ reason: 'option-over-limit', detail: `${shownWord(text)} (counts as ${read.clamped})` });
    const spelled = value === undefined ? name : `${name}=${/\s/.test(value) ? `"${value}"` : value}`;
    words.push(spelled);
    if (read.guards !== undefined) guardWords.push(spelled);
    if (read.endpoint !== undefined) endpointWords.push(spelled);
    options = {
      words: '',
      endpoint: { ...options.endpoint, ...read.endpoint },
      endpointWords: '',
      guards: read.guards === undefined ? options.guards : { ...options.guards, ...read.guards, words: '' },
      candidate:
        read.candidate === undefined ? options.candidate : { ...options.candidate, ...read.candidate },
      route: read.route === undefined ? options.route : { ...options.route, ...read.route },
    };
  }
  if (words.length === 0) return { options: NO_WORDS, notes };
  options = { ...options, words: words.join(' '), endpointWords: endpointWords.join(' ') };
  if (options.guards !== undefined)
    options = { ...options, guards: { ...options.guards, words: guardWords.join(' ') } };
  for (const conflict of CONFLICTS) {
    const detail = conflict(options);
    if (detail !== undefined) return { reason: 'option-conflict', detail };
  }
  return { options, notes };
}

function readOne(
  { name, value, word }: SpelledWord,
  { allowed, ceilings }: WordRules,
  before: PodOptions,
): Meaning | WordProblem {
  if (allowed !== 'all' && !allowed.has(name)) return { reason: 'option-not-allowed', detail: '' };
  const isAlone = word.value === '' || word.optional === true;
  const fits = value === undefined ? isAlone : word.value !== '';
  const read = fits && value !== BROKEN ? word.read(value ?? '', ceilings, before) : undefined;
  if (read !== undefined && 'refused' in read) return { reason: read.refused, detail: '' };
  return read ?? { reason: 'option-malformed', detail: ` (${formOf(name, word)})` };
}

function formOf(name: string, { value, optional }: Word): string {
  if (value === '') return `${name} takes no value`;
  return optional === true ? `${name} or ${name}=VALUE: ${value}` : `${name}=VALUE: ${value}`;
}

/** Stands for a value that no word has. */
const BROKEN = '"';

/** `name`, `name=value` or `name="value"`. */
function partsOf(text: string): {
  readonly mayBeUnknown: boolean;
  readonly name: string;
  readonly value: string | undefined;
} {
  const [, mark, name = '', rest = ''] = /^(\??)([A-Za-z-]*)(.*)$/s.exec(text) ?? [];
  const [, quoted, plain] = /^=(?:"([\x20-\x7e]*)"|([\x21-\x7e]+))$/s.exec(rest) ?? [];
  const value = quoted ?? (plain?.includes('"') === true ? undefined : plain);
  return { mayBeUnknown: mark !== '', name, value: rest === '' ? undefined : (value ?? BROKEN) };
}

function suggestion(name: string): string {
  const meant = closest(name, Object.keys(WORDS));
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
}
