import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drainSockets } from '../fixtures/drain/closed-sockets.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';

const SOCKETS = parameter('SOCKETS', 900);
/** WebSockets over one HTTP/2 connection. */
const STREAMS = parameter('STREAMS', 100);
/** DRAIN_TIMEOUT, in seconds. podway keeps the last five seconds for the answers to its Close frames. */
const SECONDS = parameter('SECONDS', 15);

test('a thousand WebSockets are closed with 1001, spread evenly, and no client reconnects to this router', async (t) => {
  const spec = { sockets: SOCKETS, streams: STREAMS, workers: 4, timeout: SECONDS };
  const { closes, reconnected, cut } = await drainSockets(spec);
  const window = SECONDS - 5;
  const bySecond = Array.from({ length: window + 1 }, () => 0);
  for (const { time } of closes) {
    const second = Math.min(Math.floor(time / 1_000), window);
    bySecond[second] = (bySecond[second] ?? 0) + 1;
  }
  printFigures(t, { 'closed in each second': bySecond.join(' '), reconnected, cut });
  assert.ok(closes.every(({ code }) => code === 1001));
  assert.deepEqual([closes.length, reconnected, cut], [SOCKETS + STREAMS, 0, 0]);
  // With n sockets in w seconds, n / w are expected in one second. The limit is five standard deviations above that.
  const expected = closes.length / window;
  const most = expected + 5 * Math.sqrt(expected);
  assert.ok(Math.max(...bySecond) <= most, `at most ${most} in a second`);
});
