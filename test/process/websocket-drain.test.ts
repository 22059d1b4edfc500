/** When podway stops, it sends a Close frame to its WebSockets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drainSockets } from '../fixtures/drain/closed-sockets.ts';

test('WebSockets of both protocols get Close 1001, and no WebSocket is cut, and no client reconnects to this router', async () => {
  const spec = { sockets: 24, streams: 12, workers: 2, timeout: 8 };
  const { closes, podCodes, reconnected, cut } = await drainSockets(spec);
  assert.deepEqual(
    closes.map(({ code }) => code),
    Array.from({ length: 36 }, () => 1001),
  );
  assert.deepEqual(
    podCodes,
    closes.map(({ code }) => code),
  );
  assert.deepEqual([reconnected, cut], [0, 0]);
});
