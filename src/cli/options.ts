import { optionsTable } from '../wiring/options/options-table.ts';
import type { Command } from './runtime.ts';

/** `podway options`: prints every option that may follow a path. */
export const options: Command = async (runtime) => {
  runtime.print(`${optionsTable()}\n`);
  return 0;
};
