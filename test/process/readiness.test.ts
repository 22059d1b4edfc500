import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPodway } from './podway.ts';
import { SlowPod } from './slow-pod.ts';

/** A kubeconfig whose server is the port of tcpmux, where no process listens. */
const DEAD_API = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'dead',
  contexts: [{ name: 'dead', context: { cluster: 'dead', user: 'dead' } }],
  clusters: [{ name: 'dead', cluster: { server: 'http://127.0.0.1:1' } }],
  users: [{ name: 'dead', user: {} }],
};

test('without the API server podway listens, is not ready, answers 503, and ends immediately on a signal (Z4)', async () => {
  await using podway = await startPodway({ env: { DRAIN_DELAY: '1h' }, kubeconfig: DEAD_API });
  await podway.eventually(async () => {
    const { status, body } = await podway.admin('/readyz');
    assert.equal(status, 503);
    assert.deepEqual(JSON.parse(body).reasons, ['pods and secrets have not both been listed yet']);
  });
  assert.equal((await podway.admin('/healthz')).status, 200);
  assert.equal((await podway.get('/')).status, 503);
  await podway.eventually(async () => {
    const { body } = await podway.admin('/metrics');
    assert.match(body, /^podway_source_up\{resource="pods"\} 0$/m);
    assert.match(body, /^podway_source_failures_total\{resource="pods"\} [1-9]/m);
    assert.match(body, /^podway_source_problems_total\{reason="unreachable"\} [1-9]/m);
  });
  podway.kill('SIGTERM');
  assert.equal((await podway.ended).code, 0);
});

test('two workers from their first readiness to their shutdown', async (t) => {
  using pod = await SlowPod.start();
  await using podway = await startPodway({
    manifests: { 'pod.json': pod.manifest },
    env: { WORKERS: '2', HEALTH_PATH: '/up', DRAIN_DELAY: '1h' },
  });
  await podway.until(200);
  const isServed = async () => {
    const reply = podway.get('/');
    await pod.untilWaiting(1);
    pod.answer();
    assert.equal((await reply).status, 200);
  };
  await t.test('a request right after the first 200 of /readyz reaches its pod', isServed);
  await t.test(
    'load balancers that check the routed port see the shutdown at once, and are served in the meantime',
    async () => {
      const checked = async () => (await podway.get('/up', { host: '127.0.0.1' })).status;
      assert.equal(await checked(), 200);
      podway.kill('SIGTERM');
      await podway.eventually(async () => {
        for (let worker = 0; worker < 8; worker += 1) assert.equal(await checked(), 503);
      });
      await isServed();
    },
  );
});
