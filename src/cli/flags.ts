import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { meant } from '../wiring/closest.ts';
import { printable } from '../wiring/rejection.ts';

/** The flags and positional arguments of a command; or one line that says what is wrong with them. */
export function parseFlags<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return problemOf(error, Object.keys(options));
  }
}

const UNKNOWN = /^Unknown option '--([^']*)'/;

/** Node explains in further sentences what else could have been meant; values are never repeated. */
function problemOf(error: unknown, known: readonly string[]): string {
  const message = error instanceof Error ? (error.message.split(/\. |\.?\n/, 1)[0] ?? '') : String(error);
  const [, written] = UNKNOWN.exec(message) ?? [];
  const near = written === undefined ? undefined : meant(written, known);
  return near === undefined ? printable(message) : `${printable(message)} (did you mean --${near}?)`;
}
