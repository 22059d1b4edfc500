import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rollOut } from '../fixtures/rolling/rollout.ts';

const number = (name: string, fallback: number): number => Number(process.env[name] ?? fallback);

/**
 * Parameters are environment variables: PODS, ROUNDS, BATCH, REQUESTS (per second), SOCKETS, HOLD (milliseconds between
 * two batches), WORKERS, NOTICE (no: see rollout.ts). The load, the pods and the API server share one thread, so check in
 * the output that the rate was reached.
 */
test('a 20-pod route replaced five times under load loses no request and no WebSocket (K8-38)', async (t) => {
  const { replaced, seconds, load, sockets } = await rollOut({
    pods: number('PODS', 20),
    rounds: number('ROUNDS', 5),
    batch: number('BATCH', 5),
    perSecond: number('REQUESTS', 2_000),
    sockets: number('SOCKETS', 100),
    pause: number('HOLD', 1_000),
    workers: number('WORKERS', 1),
    withoutNotice: process.env['NOTICE'] === 'no',
  });
  t.diagnostic(
    `${replaced} pods replaced in ${seconds.toFixed(1)} s, ${load.requests} requests ` +
      `(${Math.round(load.requests / seconds)} per second), ${load.failed} failed, ${sockets.opened} WebSockets, ` +
      `${sockets.echoes} echoes, ${sockets.broken.length} broken`,
  );
  assert.deepEqual(load.failures, []);
  assert.deepEqual(sockets.broken, []);
  assert.equal(load.failed, 0);
});
