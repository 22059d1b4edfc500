import type { Program } from './session-request.ts';

/**
 * Whether a list of allowed programs has this one: exactly these words. `shell` stands for the shell that there is, and `attach` for
 * attaching. An empty list allows everything.
 */
export function isAllowed(program: Program, allowed: readonly (readonly string[])[]): boolean {
  if (allowed.length === 0) return true;
  const words = wordsOf(program);
  return allowed.some((it) => it.length === words.length && it.every((word, at) => word === words[at]));
}

function wordsOf(program: Program): readonly string[] {
  return typeof program === 'string' ? [program] : program.command;
}
