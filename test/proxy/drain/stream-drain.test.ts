/** When podway ends running streams: spread evenly, and before the drain timeout. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamDrain } from '../../../src/proxy/drain/stream-drain.ts';

function setUp(random: () => number) {
  const clock = { now: 1_000, add: () => undefined };
  const drain = new StreamDrain(clock, random);
  const ended: number[] = [];
  const member = (): { drain(): boolean } => ({
    drain() {
      ended.push(clock.now);
      return true;
    },
  });
  const pass = (time: number) => {
    clock.now += time;
    if (drain.deadline <= clock.now) drain.expire();
  };
  return { drain, ended, member, pass };
}

for (const { timeout, window } of [
  { timeout: 30_000, window: 25_000 },
  { timeout: 10_000, window: 5_000 },
  { timeout: 4_000, window: 2_000 },
  { timeout: 0, window: 0 },
]) {
  test(`with a timeout of ${timeout} ms streams are ended in the first ${window} ms`, () => {
    const moments = [0, 0.25, 0.5, 0.75];
    const { drain, ended, member, pass } = setUp(() => moments.shift() ?? Number.NaN);
    for (let left = 4; left > 0; left -= 1) drain.join(member());
    pass(60_000);
    assert.deepEqual(ended, []);
    drain.begin(timeout);
    for (let step = 0; step <= 4; step += 1) pass(step === 0 ? 0 : window / 4);
    assert.deepEqual(
      ended,
      [0, 0.25, 0.5, 0.75].map((part) => 61_000 + part * window),
    );
  });
}

test('a stream that begins during the drain gets a time in the rest of the drain', () => {
  const { drain, ended, member, pass } = setUp(() => 0.5);
  drain.begin(10_000);
  pass(4_000);
  drain.join(member());
  pass(499);
  assert.deepEqual(ended, []);
  pass(1);
  assert.deepEqual(ended, [5_500]);
  pass(10_000);
  drain.join(member());
  pass(0);
  assert.deepEqual(ended, [5_500, 15_500]);
});

test('a stream that cannot end yet is tried again, and a stream that has ended is not', () => {
  const { drain, pass } = setUp(() => 0);
  const asked: string[] = [];
  const later = { drain: () => asked.push('later') === 3 };
  const gone = { drain: () => asked.push('gone') > 0 };
  drain.join(later);
  drain.join(gone);
  drain.leave(gone);
  drain.begin(1_000);
  for (let tick = 0; tick < 5; tick += 1) pass(50);
  assert.deepEqual(asked, ['later', 'later', 'later']);
});
