import type { UnknownVariable } from '../config/unknown-variables.ts';
import { printable } from '../wiring/rejection.ts';

/** One line for the user for each variable that looks like a misspelt setting. */
export function unknownVariableLines(unknown: readonly UnknownVariable[]): string[] {
  return unknown.map(({ name, meant }) => `${printable(name)} is not a setting (did you mean ${meant}?)`);
}
