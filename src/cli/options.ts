import { wordsTable } from '../wiring/words/words-table.ts';
import type { Command } from './runtime.ts';

/** Prints every option that may follow a path. */
export const options: Command = async (runtime) => {
  runtime.print(`${wordsTable()}\n`);
  return 0;
};
