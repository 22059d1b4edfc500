import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[], cwd: string): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { cwd }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** A folder with package.json and the entry file: in `src` as in a checkout, or in `dist` as in an installed package. */
async function copyOf(folder: 'src' | 'dist', has: { readonly node: string; readonly packages: boolean }) {
  const root = await mkdtemp(join(tmpdir(), 'podway-entry-'));
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as object;
  await writeFile(join(root, 'package.json'), JSON.stringify({ ...manifest, engines: { node: has.node } }));
  await mkdir(join(root, folder));
  await cp(join(ROOT, 'src/podway.cjs'), join(root, folder, 'podway.cjs'));
  if (has.packages) await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

const SCRIPTS = [
  ['start', []],
  ['test', []],
  ['run', ['podway', '--', 'version']],
  ['run', ['build']],
  ['run', ['check']],
] as const;

for (const [script, args] of SCRIPTS) {
  test(`npm ${[script, ...args].join(' ')} before npm ci: one sentence reports that npm ci comes first`, async () => {
    await using copy = await copyOf('src', { node: '>=26', packages: false });
    const { code, stderr } = await run('npm', [script, ...args], copy.root);
    assert.equal(code, 2);
    const printed = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('npm '));
    assert.equal(printed.length, 1, stderr);
    assert.match(
      printed[0] ?? '',
      /^podway: run "npm ci" in .*podway-entry-\w+ first: it installs what is missing \(.*\) and the Node\.js that runs podway$/,
    );
  });
}

test('a Node.js that is too old for a checkout: the sentence names the Node.js that npm ci installed', async () => {
  await using copy = await copyOf('src', { node: '>=999.1', packages: true });
  assert.deepEqual(await run(process.execPath, ['src/podway.cjs', 'demo'], copy.root), {
    code: 2,
    stdout: '',
    stderr: `podway: Node.js 999.1 or newer is required, this is ${process.versions.node}: start it with "npm start" or "npm run podway -- COMMAND", which use the one that "npm ci" installed\n`,
  });
});

test('a Node.js that is too old for an installed package', async () => {
  await using old = await copyOf('dist', { node: '>=999', packages: true });
  assert.deepEqual(await run(process.execPath, ['dist/podway.cjs', 'demo'], old.root), {
    code: 2,
    stdout: '',
    stderr: `podway: Node.js 999 or newer is required, this is ${process.versions.node}: install it, https://nodejs.org has it\n`,
  });
});

test('the entry is written in JavaScript that old Node.js versions run', async () => {
  const text = await readFile(join(ROOT, 'src/podway.cjs'), 'utf8');
  const code = text.replaceAll(/'(?:[^'\\\n]|\\.)*'|\/\/.*|\/\*\*.*\*\//g, "''");
  assert.doesNotMatch(code, /=>|`|\?\.|\?\?|\.\.\.|\b(?:const|let|class|async|await|of)\b/);
});

test('the entry is podway', async () => {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const { code, stdout, stderr } = await run(process.execPath, ['src/podway.cjs', 'version'], ROOT);
  assert.deepEqual([code, stdout, stderr], [0, `${version}\n`, '']);
});

for (const node of ['/usr/bin/node', '/usr/local/bin/node']) {
  test(`${node}, if it is older: one sentence, and the programs of npm start run with another Node.js`, async (t) => {
    const { stdout: has } = await run(node, ['-p', 'process.versions.node.split(".")[0]'], ROOT);
    if (has === '' || Number(has) >= 26) return t.skip('there is no other Node.js that is older');
    const { code, stderr } = await run(node, ['src/podway.cjs', 'demo'], ROOT);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^podway: Node\.js 26 or newer is required, this is [\d.]+: start it with "npm start" [^\n]*\n$/,
    );
  });
}
