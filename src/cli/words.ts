import { wordsTable } from '../wiring/words/words-table.ts';
import type { Command } from './runtime.ts';

/** Prints every word that may stand behind a path. */
export const words: Command = async (runtime) => {
  runtime.print(`${wordsTable()}\n`);
  return 0;
};
