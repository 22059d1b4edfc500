import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BodyRate } from '../../src/proxy/exchange/body-rate.ts';

const RATE = 500;
const GRACE = 20_000;
const MOST = 60_000;
const TEN_MINUTES = 600_000;

/**
 * Bytes by the second in which they arrive, and the second at which the client's time is over. Undefined: it is not over within ten
 * minutes.
 */
interface Case {
  readonly name: string;
  readonly pieces: readonly (readonly [at: number, bytes: number])[];
  readonly over: number | undefined;
}

const every = (seconds: number, bytes: number, from = seconds): Case['pieces'] =>
  Array.from({ length: Math.floor((600 - from) / seconds) + 1 }, (_, index) => [
    from + index * seconds,
    bytes,
  ]);

const CASES: readonly Case[] = [
  { name: 'no bytes', pieces: [], over: 20 },
  { name: 'a byte every 3 s', pieces: every(3, 1), over: 20.012 },
  { name: '400 bytes a second', pieces: every(1, 400), over: 96 },
  { name: '500 bytes a second', pieces: every(1, 500), over: undefined },
  { name: '500 bytes a second in a piece every 20 s', pieces: every(20, 10_000, 19), over: undefined },
  {
    name: 'many bytes, and a pause of a minute',
    pieces: [[1, 100_000], [60, 100_000], [119, 300_000], ...every(1, 500, 120)],
    over: undefined,
  },
  { name: 'a megabyte, then a byte a second', pieces: [[1, 1_000_000], ...every(1, 1, 2)], over: 61.12 },
];

for (const { name, pieces, over } of CASES) {
  test(`${name}: ${over === undefined ? 'in time' : `over after ${over} s`}`, () => {
    const rate = new BodyRate(RATE, GRACE, MOST);
    let bytes = 0;
    let now = 0;
    let deadline = rate.startWaiting(0, 0);
    for (const [second, more] of pieces) {
      now = second * 1_000;
      if (now >= deadline) break;
      assert.equal(rate.isSpent(now), false);
      bytes += more;
      deadline = now + rate.startWaiting(now, bytes);
    }
    assert.equal(rate.isSpent(deadline), true);
    assert.equal(deadline < TEN_MINUTES ? deadline / 1_000 : undefined, over);
  });
}

test('time in which the pod does not read does not count', () => {
  const rate = new BodyRate(RATE, GRACE, MOST);
  rate.startWaiting(0, 0);
  rate.stopWaiting(5_000);
  assert.equal(rate.isSpent(1_000_000), false);
  assert.equal(rate.startWaiting(1_000_000, 0), 15_000);
  assert.equal(rate.isSpent(1_014_999), false);
  assert.equal(rate.isSpent(1_015_000), true);
});
