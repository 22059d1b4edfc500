import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGE_FILES as OF_DASHBOARD } from '../src/operator/page-files.ts';
import { PACKAGE_FILES as OF_TERMINAL } from '../src/terminal/page-files.ts';
import { bundle } from './bundle.ts';
import { licensesOf } from './licenses.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** The program that users start. It checks that Node.js is new enough before it loads main.js. */
const PROGRAM = 'podway.cjs';
/** Folders of files that podway serves to browsers unchanged. */
const PAGES = ['terminal/page', 'operator/page'];
/** Files of these folders that only the type checker reads. */
const TYPE_FILES = /\.json$|\.d\.ts$/;

/**
 * Writes everything that podway needs except Node: its programs with the parts of packages that they use, the pages, the files
 * of packages that pages load, and the licences. The result needs no installed packages.
 */
export async function build(target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  const { files, sources } = await bundle();
  for (const [path, text] of files) await write(join(target, path), text);
  await cp(join(ROOT, 'src', PROGRAM), join(target, PROGRAM));
  // `npm link` makes the program executable only once: it must stay executable when it is built again.
  await chmod(join(target, PROGRAM), 0o755);
  for (const page of PAGES) {
    const filter = (file: string) => !TYPE_FILES.test(file);
    await cp(join(ROOT, 'src', page), join(target, page), { recursive: true, filter });
  }
  const vendored = [...Object.values(OF_TERMINAL), ...Object.values(OF_DASHBOARD)];
  const origins = vendored.map((path) => fileURLToPath(import.meta.resolve(path)));
  for (const [index, origin] of origins.entries()) {
    const copy = join(target, 'vendor', vendored[index] ?? '');
    await mkdir(dirname(copy), { recursive: true });
    await cp(origin, copy);
  }
  await write(join(target, 'THIRD-PARTY-LICENSES'), await licensesOf([...sources, ...origins]));
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
