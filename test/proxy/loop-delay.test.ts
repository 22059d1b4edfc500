import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoopDelay } from '../../src/proxy/load/loop-delay.ts';

/** Ticks every 50 ms from `from` to `to`, all with this delay. */
function tick(delay: LoopDelay, from: number, to: number, late: number): void {
  for (let now = from; now < to; now += 50) delay.record(late, now);
}

/** Compares as exactly as the histogram, which keeps three digits. */
function about(seconds: number, milliseconds: number): void {
  assert.ok(Math.abs(seconds * 1_000 - milliseconds) <= 2, `${seconds} s`);
}

test('before the first tick everything is 0', () => {
  assert.deepEqual(new LoopDelay().figures(), { mean: 0, p99: 0, max: 0 });
});

test('a second read returns the same values as the first', () => {
  const delay = new LoopDelay();
  tick(delay, 0, 1_000, 20);
  const first = delay.figures();
  assert.deepEqual(delay.figures(), first);
  about(first.max, 20);
});

test('a worker whose ticks are in time has no delay: the tick interval does not count', () => {
  const delay = new LoopDelay();
  tick(delay, 0, 10_000, 0);
  about(delay.figures().p99, 0);
});

test('a pause is reported for at least 30 s, and forgotten after 60', () => {
  const delay = new LoopDelay();
  tick(delay, 0, 29_000, 0);
  delay.record(2_000, 29_000);
  tick(delay, 29_050, 59_000, 0);
  about(delay.figures().max, 2_000);
  tick(delay, 59_000, 95_000, 0);
  about(delay.figures().max, 0);
});
