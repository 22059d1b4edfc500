import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');

/** Runs `npm test -- ...`: its exit code, the names of the tests that ran, and its output. */
function npmTest(...args: readonly string[]): {
  code: number | null;
  ran: readonly string[];
  stdout: string;
  stderr: string;
} {
  // With this variable, the runner would report to the runner of this file.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['test', '--silent', '--', '--test-reporter=tap', ...args],
    { cwd: ROOT, env, encoding: 'utf8' },
  );
  const ran = [...stdout.matchAll(/^\s*(?:not )?ok \d+ - (.*)$/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !name.endsWith('.test.ts'));
  return { code: status, ran, stdout, stderr };
}

function folderWith(files: Readonly<Record<string, string>>): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'podway-run-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const testNamed = (name: string, body = '') =>
  `import { test } from 'node:test';\ntest('${name}', () => {${body}});\n`;

test('npm test -- FILE runs that file only', () => {
  using folder = folderWith({ 'a.test.ts': testNamed('first'), 'b.test.ts': testNamed('second') });
  const { code, ran } = npmTest(join(folder.path, 'a.test.ts'));
  assert.deepEqual({ code, ran }, { code: 0, ran: ['first'] });
});

test('npm test -- FOLDER runs the tests below it, and with an option only some of them', () => {
  using folder = folderWith({
    'a.test.ts': testNamed('first'),
    'b.test.ts': testNamed('second'),
    'not-a-test.ts': testNamed('third'),
  });
  assert.deepEqual(npmTest(folder.path).ran, ['first', 'second']);
  assert.deepEqual(npmTest(folder.path, '--test-name-pattern=second').ran, ['second']);
});

test('a test that fails gives npm test its exit code', () => {
  using folder = folderWith({ 'a.test.ts': testNamed('first', 'throw new Error("no")') });
  assert.equal(npmTest(join(folder.path, 'a.test.ts')).code, 1);
});

test('the process of a file whose tests ended but left something open is ended, and reports it', () => {
  using folder = folderWith({
    'a.test.ts': testNamed('first', 'setInterval(() => undefined, 1_000);'),
    'b.test.ts': testNamed('second'),
  });
  process.env['TEST_FILE_LIMIT'] = '2000';
  const { code, ran, stdout } = npmTest(join(folder.path, 'a.test.ts'), join(folder.path, 'b.test.ts'));
  delete process.env['TEST_FILE_LIMIT'];
  assert.equal(code, 1);
  assert.ok(ran.includes('second'), stdout);
  assert.match(stdout, /a\.test\.ts did not end within 2 s; open: .*Timeout/);
});

test('npm test reports a file that does not exist, and runs nothing', () => {
  const { code, ran, stderr } = npmTest('test/none.test.ts');
  assert.deepEqual({ code, ran }, { code: 2, ran: [] });
  assert.match(stderr, /no file or folder test\/none\.test\.ts/);
});
