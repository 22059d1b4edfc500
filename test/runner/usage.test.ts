import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');

/** The scripts of package.json that have options, and their programs. */
const PROGRAMS = {
  'npm test': 'test/run.ts',
  'npm run bench': 'bench/main.ts',
  'npm run bench:memory': 'bench/memory.ts',
  'npm run bench:flips': 'bench/flips.ts',
  'npm run bench:list': 'bench/list.ts',
  'npm run bench:tunnel': 'bench/tunnel.ts',
  'npm run bench:updates': 'bench/updates.ts',
  'npm run build': 'build/main.ts',
  'npm run rig': 'test/rigs/main.ts',
};

function run(program: string, option: string): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, option], {
    cwd: ROOT,
    encoding: 'utf8',
    // A bench that measures in spite of its arguments would take minutes.
    timeout: 30_000,
  });
  return { code: status, stdout, stderr };
}

for (const [script, program] of Object.entries(PROGRAMS)) {
  test(`${script} -- --help prints its lines of use, and does nothing else`, () => {
    const { code, stdout, stderr } = run(program, '--help');
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    assert.match(lines[0] ?? '', new RegExp(`^${script} `));
    assert.ok(
      lines.some((it) => it.startsWith(`${script} -- --help `)),
      stdout,
    );
  });
}

test('npm run build takes no other option for a folder', () => {
  const { code, stderr } = run('build/main.ts', '--hepl');
  assert.equal(code, 2);
  assert.match(stderr, /^no option --hepl$/m);
});

for (const bench of ['memory', 'flips', 'list', 'tunnel', 'updates']) {
  test(`npm run bench:${bench} refuses arguments`, () => {
    const { code, stdout, stderr } = run(`bench/${bench}.ts`, '--rounds=3');
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    assert.match(stderr, /^unexpected argument --rounds=3\n/);
  });
}
