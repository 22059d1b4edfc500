/** A podway process in control groups of the kernel, v2 or v1 as the machine has them. */
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { ControlGroup, type GroupLimits } from '../fixtures/control-group.ts';
import { startPodway } from './podway.ts';
import { sampleOf } from '../fixtures/wide.ts';

const MIB = 2 ** 20;

const CASES: readonly (readonly [string, GroupLimits, number, boolean])[] = [
  ['memory for one worker', { memory: 400 * MIB }, 1, false],
  ['memory for many workers, and one core', { memory: 4_096 * MIB, cpus: 1 }, 1, false],
  ['memory for many workers', { memory: 4_096 * MIB }, Math.min(availableParallelism(), 20), false],
  ['memory for less than one worker', { memory: 200 * MIB }, 1, true],
];

for (const [index, [name, limits, workers, short]] of sampleOf(CASES, 2).entries()) {
  test(`WORKERS=auto with ${name}: ${workers}`, async (t) => {
    const group = ControlGroup.make(`podway-test-${process.pid}-${index}`, limits);
    if (typeof group === 'string') return t.skip(group);
    using _ = group;
    await using podway = await startPodway({
      manifests: {},
      env: { WORKERS: 'auto' },
      launcher: group.launcher,
    });
    await podway.until(200);
    const { body } = await podway.admin('/routes');
    assert.equal((JSON.parse(body) as { workers: unknown[] }).workers.length, workers);
    assert.equal(/memory is limited to \d+ MiB/.test(podway.stdout), short, podway.stdout);
    podway.kill('SIGTERM');
    assert.equal((await podway.ended).code, 0);
  });
}
