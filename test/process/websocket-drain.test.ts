/** A podway that stops: its WebSockets are told so by a Close frame. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drainSockets } from '../fixtures/drain/closed-sockets.ts';

test('WebSockets of both protocols get Close 1001, and none is cut or comes back', async () => {
  const spec = { sockets: 24, streams: 12, workers: 2, timeout: 8 };
  const { closes, podCodes, cameBack, cut } = await drainSockets(spec);
  assert.deepEqual(
    closes.map(({ code }) => code),
    Array.from({ length: 36 }, () => 1001),
  );
  assert.deepEqual(
    podCodes,
    closes.map(({ code }) => code),
  );
  assert.deepEqual([cameBack, cut], [0, 0]);
});
