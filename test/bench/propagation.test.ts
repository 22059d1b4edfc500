import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coreTime } from '../../bench/harness/core-time.ts';
import { Pauses } from '../../bench/load/pauses.ts';
import { quantileBound, since } from '../../bench/updates/figures.ts';

const limits = [1, 10, Number.POSITIVE_INFINITY];
const propagated = (...counts: readonly number[]) => ({
  count: counts.at(-1) ?? 0,
  milliseconds: 0,
  within: limits.map((limit, n) => ({ limit, count: counts[n] ?? 0 })),
});

test('a quantile of a histogram is the bound of the bucket that contains it, counted since the last reading', () => {
  const now = since(propagated(1_000, 1_000, 1_000), propagated(1_098, 1_099, 1_100));
  assert.equal(now.count, 100);
  assert.deepEqual(
    [0.5, 0.98, 0.99, 0.999].map((it) => quantileBound(now, it)),
    [1, 1, 10, Number.POSITIVE_INFINITY],
  );
});

const skip = process.platform !== 'linux' && 'this test reads /proc, which only Linux has';

test('the time of a thread that computes counts as time on a core', { skip }, () => {
  const { ran } = coreTime(process.pid);
  const end = process.cpuUsage().user + 50_000;
  while (process.cpuUsage().user < end);
  assert.ok(coreTime(process.pid).ran > ran);
});

test('two beats that are too far apart have a pause between them', () => {
  const pauses = new Pauses(0, 5);
  for (const beat of [4, 9, 15, 16]) pauses.tick(beat);
  const stretches = [
    [0, 9, false],
    [8, 10, true],
    [10, 11, true],
    [14, 20, true],
    [15, 20, false],
  ] as const;
  for (const [from, to, expected] of stretches)
    assert.equal(pauses.overlaps(from, to), expected, `${from} to ${to}`);
});
