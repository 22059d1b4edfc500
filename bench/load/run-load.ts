import { fileURLToPath } from 'node:url';
import { runToEnd } from '../harness/child.ts';
import type { Run } from '../harness/scenario.ts';
import type { LoadResult } from './target.ts';

/** Time in addition to the time of the measurement, for opening thousands of connections. */
const EXTRA_TIME = 60_000;

export interface LoadOptions {
  /**
   * Give the load a higher priority than other processes on its core, so that it sends requests on time. Only root may do
   * that; other users measure without it.
   */
  readonly highPriority?: boolean;
}

/** Runs a load program of this folder on the load's cores. */
export async function runLoad(
  { cores, seconds }: Run,
  program: string,
  options: object,
  { highPriority = false }: LoadOptions = {},
): Promise<LoadResult> {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const command = [process.execPath, file, JSON.stringify(options)];
  if (highPriority) command.unshift('nice', '-n', '-20');
  return JSON.parse(await runToEnd(command, cores, seconds * 1_000 + EXTRA_TIME)) as LoadResult;
}
