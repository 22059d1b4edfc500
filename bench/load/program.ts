import { fileURLToPath } from 'node:url';
import { runToEnd } from '../harness/child.ts';
import type { Run } from '../harness/scenario.ts';
import type { LoadResult } from './target.ts';

/** Time in addition to the time of the measurement, for opening thousands of connections. */
const GRACE = 60_000;

export interface LoadOptions {
  /**
   * The load gets a higher priority than other processes on its core, where the user may set it (root), so that
   * requests go out on time.
   */
  readonly ahead?: boolean;
}

/** Runs a load program of this folder on the load's cores. */
export async function runLoad(
  { cores, seconds }: Run,
  program: string,
  options: object,
  { ahead = false }: LoadOptions = {},
): Promise<LoadResult> {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const command = [process.execPath, file, JSON.stringify(options)];
  if (ahead) command.unshift('nice', '-n', '-20');
  return JSON.parse(await runToEnd(command, cores, seconds * 1_000 + GRACE)) as LoadResult;
}
