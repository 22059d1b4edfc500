import { existsSync, globSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { builtProgram } from './built-program.ts';
import { together } from './together.ts';

const USAGE = `npm test                                every test
npm test -- FILE...                     these files only, or those of a folder
npm test -- test/routing --test-name-pattern=wildcard
                                        what begins with - is an option of node --test
npm test -- --help                      this text
WIDE=1 npm test                         all cases of the tables`;

/**
 * Ten files share a process, one after the other (see together.ts), which takes two thirds of the CPU; a file that is named has a process
 * of its own, and so has each with WIDE=1.
 */
const ROOT = resolve(import.meta.dirname, '..');
const OPTIONS = [
  `--require=${join(ROOT, 'build/lean-client-node.cjs')}`,
  '--test',
  '--test-concurrency=4',
  // Of a test. in-turn.ts limits the time of a file that shares its process.
  '--test-timeout=120000',
];

const isShared = process.env['WIDE'] !== '1';
const given = process.argv.slice(2);
if (given.includes('--help') || given.includes('-h')) {
  console.log(USAGE);
  process.exit();
}
const options = given.filter((it) => it.startsWith('-'));
const named = given.filter((it) => !it.startsWith('-'));

const missing = named.filter((it) => !existsSync(it));
if (missing.length > 0) {
  process.stderr.write(missing.map((it) => `npm test: no file or folder ${it}\n`).join(''));
  process.exit(2);
}
const places = named.length > 0 ? named : [join(ROOT, 'test')];
const isFolder = (it: string): boolean => statSync(it).isDirectory();
const below = places.filter(isFolder).flatMap(filesBelow);
const files = [...places.filter((it) => !isFolder(it)), ...(isShared ? together(below) : below)];
if (files.length === 0) {
  process.stderr.write(`npm test: no test below ${places.join(', ')}\n`);
  process.exit(2);
}

function filesBelow(folder: string): string[] {
  return globSync('**/*.test.ts', { cwd: folder })
    .toSorted()
    .map((it) => relative('', resolve(folder, it)));
}

// In place of this process: signals and the exit code are those of the tests.
process.execve?.(process.execPath, [process.execPath, ...OPTIONS, ...options, ...files], {
  ...process.env,
  NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/node'),
  PODWAY_MAIN: process.env['PODWAY_MAIN'] ?? (await builtProgram()),
});
