import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPodway } from '../process/podway.ts';
import { podManifest } from '../rig/manifest.ts';
import { Origin } from '../rig/origin.ts';

/** Milliseconds; long enough for the pod to end the pooled connection meanwhile. */
const STOPPED = 1000;

test('PR-16 a process that was stopped and goes on answers right, on connections that are still good', async () => {
  const origin = await Origin.start('o1');
  try {
    const pod = podManifest({ name: 'o1', hosts: 't.local', paths: '/', port: origin.port });
    await using podway = await startPodway({ manifests: { 'pod.json': pod } });
    await podway.until(200);
    assert.equal((await podway.get('/before')).body, 'o1 GET /before');
    podway.kill('SIGSTOP');
    for (const { socket } of origin.connections) socket.end();
    const waiting = podway.get('/while');
    await sleep(STOPPED);
    podway.kill('SIGCONT');
    assert.equal((await waiting).body, 'o1 GET /while');
    for (const path of ['/1', '/2', '/3']) assert.equal((await podway.get(path)).body, `o1 GET ${path}`);
    podway.kill('SIGTERM');
    assert.equal((await podway.ended).code, 0);
  } finally {
    await origin.close();
  }
});
