import assert from 'node:assert/strict';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { cpuMicroseconds, residentBytes } from '../../bench/harness/process-tree.ts';

/** A process whose child uses this much CPU and then waits. */
const BURNED = 100_000;
const BURN = `const end = process.cpuUsage().user + ${BURNED}; while (process.cpuUsage().user < end);`;
const PARENT = `
  const { spawn } = require('node:child_process');
  const burner = spawn(process.execPath, ['-e', ${JSON.stringify(`${BURN} console.log('burned'); process.stdin.resume();`)}]);
  burner.stdout.once('data', () => console.log('running'));
  process.stdin.once('data', () => burner.stdin.end());
  burner.once('exit', () => console.log('ended'));
`;

const skip = process.platform !== 'linux' && 'this test reads /proc, which only Linux has';

test('CPU and memory of a process include those of its children, and the CPU of ended ones', {
  skip,
}, async () => {
  const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['pipe', 'pipe', 'inherit'] });
  const { pid = 0 } = parent;
  try {
    await once(parent.stdout, 'data');
    const running = cpuMicroseconds(pid);
    assert.ok(running >= BURNED * 0.8, `${running} us while the child runs`);
    const both = residentBytes(pid);
    parent.stdin.write('end\n');
    await once(parent.stdout, 'data');
    // The kernel rounds clock ticks down for each process.
    assert.ok(cpuMicroseconds(pid) >= running - 50_000, 'the CPU of the ended child still counts');
    assert.ok(residentBytes(pid) < both, 'its memory no longer counts');
  } finally {
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  }
  assert.throws(() => cpuMicroseconds(pid), /has ended/);
});
