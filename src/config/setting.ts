import type { Grammar } from './grammar.ts';

export interface Setting<T> {
  /** The environment variable. */
  readonly name: string;
  /** Default for an unset or empty variable, as text of the grammar. */
  readonly fallback: string;
  readonly grammar: Grammar<T>;
  /** One line for docs/settings.md and the chart. */
  readonly doc: string;
}

export function setting<T>(name: string, fallback: string, grammar: Grammar<T>, doc: string): Setting<T> {
  return { name, fallback, grammar, doc };
}
