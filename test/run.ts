import { existsSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { builtProgram } from './built-program.ts';

/**
 * `npm test`: every test; `npm test -- FILE...`: only these, or those of a folder. What begins with `-` is an option of
 * `node --test`: `npm test -- test/routing --test-name-pattern=wildcard`.
 */
const ROOT = resolve(import.meta.dirname, '..');
const OPTIONS = [
  `--require=${join(ROOT, 'build/lean-client-node.cjs')}`,
  '--test',
  '--test-concurrency=4',
  '--test-timeout=180000',
];

const given = process.argv.slice(2);
const options = given.filter((it) => it.startsWith('-'));
const named = given.filter((it) => !it.startsWith('-'));

const missing = named.filter((it) => !existsSync(it));
if (missing.length > 0) {
  process.stderr.write(missing.map((it) => `npm test: no file or folder ${it}\n`).join(''));
  process.exit(2);
}
const patterns = (named.length > 0 ? named : [join(ROOT, 'test')]).map((it) =>
  statSync(it).isDirectory() ? `${relative('', resolve(it)) || '.'}/**/*.test.ts` : it,
);

// In place of this process: signals and the exit code are those of the tests.
process.execve?.(process.execPath, [process.execPath, ...OPTIONS, ...options, ...patterns], {
  ...process.env,
  NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/node'),
  PODWAY_MAIN: process.env['PODWAY_MAIN'] ?? (await builtProgram()),
});
