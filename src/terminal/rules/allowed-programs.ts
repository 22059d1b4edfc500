import type { Program } from './session-request.ts';

/**
 * Whether a list of allowed programs has exactly this program with these arguments. `shell` means the container's shell, and
 * `attach` attaching to its main process. An empty list allows everything.
 */
export function isAllowed(program: Program, allowed: readonly (readonly string[])[]): boolean {
  if (allowed.length === 0) return true;
  const words = wordsOf(program);
  return allowed.some((it) => it.length === words.length && it.every((word, at) => word === words[at]));
}

function wordsOf(program: Program): readonly string[] {
  return typeof program === 'string' ? [program] : program.command;
}
