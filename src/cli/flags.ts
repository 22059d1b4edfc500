import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { suggestName } from '../wiring/closest.ts';
import { printable } from '../wiring/rejection.ts';

/** Reads the flags and positional arguments of a command. Returns one line for the user if they are wrong. */
export function parseFlags<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return problemOf(error, Object.keys(options));
  }
}

const UNKNOWN = /^Unknown option '--([^']*)'/;

/** Keeps the first sentence of Node's message, because the others guess what the user meant. The line never has a value. */
function problemOf(error: unknown, known: readonly string[]): string {
  const message = error instanceof Error ? (error.message.split(/\. |\.?\n/, 1)[0] ?? '') : String(error);
  const [, written] = UNKNOWN.exec(message) ?? [];
  const near = written === undefined ? undefined : suggestName(written, known);
  return near === undefined ? printable(message) : `${printable(message)} (did you mean --${near}?)`;
}
