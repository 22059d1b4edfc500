import { fileURLToPath } from 'node:url';
import { runToEnd } from '../harness/child.ts';
import type { Run } from '../harness/scenario.ts';
import type { LoadResult } from './target.ts';

/** Time in addition to the time of the measurement, for opening thousands of connections. */
const GRACE = 60_000;

export interface LoadOptions {
  /**
   * Give the load a higher priority than other processes on its core, so that it sends requests on time. Only root may do
   * that; other users measure without it.
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
