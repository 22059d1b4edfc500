import { existsSync, globSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { builtProgram } from './built-program.ts';
import { isWide } from './fixtures/wide.ts';
import { together } from './together.ts';
import { isWideOnly } from './wide-only.ts';

const USAGE = `npm test                                every test but the slowest files (test/wide-only.ts)
npm test -- FILE...                     these files only, or those of a folder
npm test -- test/routing --test-name-pattern=wildcard
                                        what begins with - is an option of node --test
npm test -- --help                      this text
WIDE=1 npm test                         all files, and all cases of the tables`;

const ROOT = resolve(import.meta.dirname, '..');
const OPTIONS = [
  `--require=${join(ROOT, 'build/lean-client-node.cjs')}`,
  `--require=${join(import.meta.dirname, 'file-limit.cjs')}`,
  '--test',
  '--test-concurrency=4',
  // Of each test. file-limit.cjs limits the time of a process, and in-turn.ts that of a file that shares its process.
  '--test-timeout=120000',
];

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
const found = places.filter(isFolder).flatMap(filesBelow);
const below = isWide || named.length > 0 ? found : found.filter((it) => !isWideOnly(it));
if (below.length < found.length)
  process.stderr.write(`npm test: npm run test:wide also runs ${found.length - below.length} slow files\n`);
// A file that is named has a process of its own, and so has each file with WIDE=1.
const files = [...places.filter((it) => !isFolder(it)), ...(isWide ? below : together(below))];
if (files.length === 0) {
  process.stderr.write(`npm test: no test below ${places.join(', ')}\n`);
  process.exit(2);
}

function filesBelow(folder: string): string[] {
  return globSync('**/*.test.ts', { cwd: folder })
    .toSorted()
    .map((it) => relative('', resolve(folder, it)));
}

// execve replaces this process: signals reach the tests, and the exit code is theirs.
process.execve?.(process.execPath, [process.execPath, ...OPTIONS, ...options, ...files], {
  ...process.env,
  NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/node'),
  PODWAY_MAIN: process.env['PODWAY_MAIN'] ?? (await builtProgram()),
  // A second worker adds a fourth to the CPU time of the start of a podway.
  ...(!isWide && { TEST_WORKERS: '1' }),
});
