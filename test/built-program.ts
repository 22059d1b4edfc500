import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from '../build/build.ts';

const ROOT = resolve(import.meta.dirname, '..');
const CACHE = join(ROOT, 'node_modules/.cache/podway');
/** The files and folders that the build reads. */
const INPUTS = ['src', 'build', 'package.json', 'package-lock.json'];

/**
 * Path of main.js as `npm run build` makes it from the current sources. It is built once for each state of the sources.
 * A process of the built program starts in half the time of a process of the sources.
 */
export async function builtProgram(): Promise<string> {
  const name = await digest();
  const place = join(CACHE, name);
  if (!existsSync(place)) await make(place);
  return join(place, 'dist/main.js');
}

/** Builds in a temporary folder and renames it: two test runs may build at the same time, and neither may see half a build. */
async function make(place: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, 'making-'));
  await build(join(work, 'dist'));
  await cp(join(ROOT, 'package.json'), join(work, 'package.json'));
  const older = (await readdir(CACHE)).filter((it) => !it.startsWith('making-'));
  await rename(work, place).catch(async (error: unknown) => {
    await rm(work, { recursive: true });
    if (!existsSync(place)) throw error;
  });
  for (const it of older) await rm(join(CACHE, it), { recursive: true, force: true });
}

async function digest(): Promise<string> {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    const path = join(ROOT, input);
    const names = input.includes('.') ? [''] : await readdir(path, { recursive: true });
    for (const name of names.toSorted()) {
      const text = await readFile(join(path, name)).catch(() => '');
      hash.update(`${input}/${name} ${text.length}\n`).update(text);
    }
  }
  return hash.digest('hex').slice(0, 16);
}
