import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ReadMessage } from './strict-reader.ts';

/** Only Debian's python3 finds Debian's python3-h11. */
const PYTHONS = ['/usr/bin/python3', 'python3'];
const PROGRAM = join(import.meta.dirname, 'h11_reader.py');

const python = PYTHONS.find((path) => spawnSync(path, ['-c', 'import h11']).status === 0);

export const hasH11 = python !== undefined;

/** The complete requests that h11 reads from each text. */
export async function readWithH11(texts: readonly string[]): Promise<ReadMessage[][]> {
  if (python === undefined) throw new Error('python3-h11 is not installed');
  const child = spawn(python, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface(child.stdout);
  const answer = once(lines, 'line');
  child.stdin.end(`${JSON.stringify(texts.map((text) => btoa(text)))}\n`);
  const [line] = (await answer) as [string];
  await exited;
  return JSON.parse(line) as ReadMessage[][];
}
