import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

const IN_TURN = new URL('../in-turn.ts', import.meta.url).href;
const TEST = `import { test } from 'node:test';`;

/** The report of a process that runs these files in turn, with a limit of this many milliseconds for each. */
function ran(
  limit: number,
  files: Readonly<Record<string, string>>,
): { code: number | null; stdout: string; stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), 'podway-in-turn-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const loads = Object.keys(files).map((name) => ({ name, url: pathToFileURL(join(folder, name)).href }));
    const main = join(folder, 'main.mjs');
    writeFileSync(
      main,
      `import { inTurn } from '${IN_TURN}'; await inTurn(${JSON.stringify(loads)}, ${limit});`,
    );
    // With this variable, the tests would be reported to the runner of this file.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const args = ['--test-reporter=tap', main];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    return { code: status, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('each file is loaded when the tests of the file before it have ended', () => {
  const { code, stdout } = ran(60_000, {
    'a.mjs': `${TEST} globalThis.said = []; test('a', async () => { await null; said.push('end of a'); });`,
    'b.mjs': `${TEST} said.push('top of b'); test(said.join(), () => undefined);`,
  });
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^ok 3 - end of a,top of b$/m);
});

test('a file that waits outside its tests ends the process, which names this file and the files that did not run', () => {
  const { code, stderr } = ran(500, {
    'a.mjs': `${TEST} test('a', () => undefined);`,
    'b.mjs': `setInterval(() => undefined, 1000); await new Promise(() => undefined);`,
    'c.mjs': `${TEST} test('c', () => undefined);`,
  });
  assert.equal(code, 1);
  assert.match(stderr, /^b\.mjs has not ended after 0\.5 s; not run: c\.mjs; open: .*Timeout/m);
});
