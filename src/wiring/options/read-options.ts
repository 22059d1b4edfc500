import { closest } from '../closest.ts';
import { NO_OPTIONS, type PodOptions } from './pod-options.ts';
import type { RejectionReason } from '../rejection.ts';
import { shownOption, shownUnknown } from './shown-options.ts';
import { CONFLICTS, OPTIONS } from './table.ts';
import type { Meaning, Option, OptionRules } from './option.ts';

/** What is wrong with an option. */
export interface OptionProblem {
  readonly reason: RejectionReason;
  readonly detail: string;
}

export interface ReadOptions {
  readonly options: PodOptions;
  /** Problems of options that podway ignores or reduces to a limit. */
  readonly notes: readonly OptionProblem[];
}

/** Options by name; the key of an option that may be repeated also contains what distinguishes its repetitions. */
export type OptionList = ReadonlyMap<string, SpelledOption>;

interface SpelledOption {
  readonly text: string;
  readonly name: string;
  readonly value: string | undefined;
  readonly option: Option;
}

export const NO_LIST: OptionList = new Map();

const MAX_OPTIONS = 32;
const MAX_LIST_LENGTH = 8_192;

/**
 * Splits the tokens of one item, or of the pod's options annotation, into names and values. An unknown option makes the
 * list fail unless it begins with `?`: it may be a misspelled guard.
 */
export function listOptions(tokens: readonly string[]): OptionList | OptionProblem {
  if (tokens.length === 0) return NO_LIST;
  if (tokens.length > MAX_OPTIONS)
    return { reason: 'option-malformed', detail: `${tokens.length} options, at most ${MAX_OPTIONS}` };
  const length = tokens.reduce((sum, it) => sum + it.length, 0);
  if (length > MAX_LIST_LENGTH)
    return { reason: 'option-malformed', detail: `${length} characters, at most ${MAX_LIST_LENGTH}` };
  const list = new Map<string, SpelledOption>();
  for (const text of tokens) {
    const { mayBeUnknown, name, value } = partsOf(text);
    const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    if (option === undefined && mayBeUnknown) continue;
    if (option === undefined)
      return { reason: 'option-unknown', detail: `${shownUnknown(text)}${suggestion(name)}` };
    const key = option.repeatedBy === undefined ? name : `${name} ${option.repeatedBy(value ?? '')}`;
    if (list.has(key)) return { reason: 'option-repeated', detail: shownOption(text) };
    // Stop here: the next tokens may be the rest of a secret value, and a message about them would show it.
    if (value === BROKEN && option.secret === true)
      return { reason: 'option-malformed', detail: `${shownOption(text)} (${formOf(name, option)})` };
    list.set(key, { text, name, value, option });
  }
  return list;
}

/** The meaning of an item's options, together with those options of its pod that the item does not repeat. */
export function readOptions(
  item: OptionList,
  pod: OptionList,
  rules: OptionRules,
): ReadOptions | OptionProblem {
  if (item.size === 0 && pod.size === 0) return { options: NO_OPTIONS, notes: [] };
  const all = [...new Map([...pod, ...item])].sort(([a], [b]) => (a < b ? -1 : 1));
  const notes: OptionProblem[] = [];
  const texts: string[] = [];
  const guardTexts: string[] = [];
  const endpointTexts: string[] = [];
  let options = NO_OPTIONS;
  for (const [, spelledOption] of all) {
    const { text, name, value, option } = spelledOption;
    const read = readOne(spelledOption, rules, options);
    const problem =
      'reason' in read ? { reason: read.reason, detail: `${shownOption(text)}${read.detail}` } : undefined;
    if (problem !== undefined && option.kind === 'guard') return problem;
    if (problem !== undefined) notes.push(problem);
    if ('reason' in read) continue;
    if (read.clamped !== undefined)
      notes.push({ reason: 'option-over-limit', detail: `${shownOption(text)} (counts as ${read.clamped})` });
    const spelled = value === undefined ? name : `${name}=${/\s/.test(value) ? `"${value}"` : value}`;
    texts.push(spelled);
    if (read.guards !== undefined) guardTexts.push(spelled);
    if (read.endpoint !== undefined) endpointTexts.push(spelled);
    options = {
      text: '',
      endpoint: { ...options.endpoint, ...read.endpoint },
      endpointText: '',
      guards: read.guards === undefined ? options.guards : { ...options.guards, ...read.guards, text: '' },
      candidate:
        read.candidate === undefined ? options.candidate : { ...options.candidate, ...read.candidate },
      route: read.route === undefined ? options.route : { ...options.route, ...read.route },
    };
  }
  if (texts.length === 0) return { options: NO_OPTIONS, notes };
  options = { ...options, text: texts.join(' '), endpointText: endpointTexts.join(' ') };
  if (options.guards !== undefined)
    options = { ...options, guards: { ...options.guards, text: guardTexts.join(' ') } };
  for (const conflict of CONFLICTS) {
    const detail = conflict(options);
    if (detail !== undefined) return { reason: 'option-conflict', detail };
  }
  return { options, notes };
}

function readOne(
  { name, value, option }: SpelledOption,
  { allowed, ceilings }: OptionRules,
  before: PodOptions,
): Meaning | OptionProblem {
  if (allowed !== 'all' && !allowed.has(name)) return { reason: 'option-not-allowed', detail: '' };
  const isAlone = option.value === '' || option.optional === true;
  const fits = value === undefined ? isAlone : option.value !== '';
  const read = fits && value !== BROKEN ? option.read(value ?? '', ceilings, before) : undefined;
  if (read !== undefined && 'rejected' in read) return { reason: read.rejected, detail: '' };
  return read ?? { reason: 'option-malformed', detail: ` (${formOf(name, option)})` };
}

function formOf(name: string, { value, optional }: Option): string {
  if (value === '') return `${name} takes no value`;
  return optional === true ? `${name} or ${name}=VALUE: ${value}` : `${name}=VALUE: ${value}`;
}

/** Marks a malformed value. No option accepts a single quote character as its value. */
const BROKEN = '"';

/** Parts of `name`, `name=value` or `name="value"`. */
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
  const meant = closest(name, Object.keys(OPTIONS));
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
}
