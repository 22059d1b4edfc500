import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rollOut } from '../fixtures/rolling/rollout.ts';

// A short run. The long one is test/long/rolling-update.long.ts.
test('a rolling update under load loses no request and no WebSocket of a pod that stays (K8-38)', async () => {
  const { replaced, load, sockets } = await rollOut({
    pods: 6,
    rounds: 1,
    batch: 2,
    perSecond: 200,
    sockets: 8,
  });
  assert.equal(replaced, 6);
  assert.deepEqual(load.failures, []);
  assert.deepEqual(sockets.broken, []);
  assert.equal(load.failed, 0);
  assert.ok(load.requests > 0 && sockets.opened >= 8, `${load.requests} requests, ${sockets.opened} sockets`);
});
