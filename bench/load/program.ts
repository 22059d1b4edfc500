import { fileURLToPath } from 'node:url';
import { runToEnd } from '../harness/child.ts';
import type { Run } from '../harness/scenario.ts';
import type { LoadResult } from './target.ts';

/** Beyond the time it measures: for opening thousands of connections. */
const GRACE = 60_000;

/** Runs a load program of this folder on the load's cores. */
export async function runLoad(
  { cores, seconds }: Run,
  program: string,
  options: object,
): Promise<LoadResult> {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const command = [process.execPath, file, JSON.stringify(options)];
  return JSON.parse(await runToEnd(command, cores, seconds * 1_000 + GRACE)) as LoadResult;
}
