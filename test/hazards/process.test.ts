import assert from 'node:assert/strict';
import dns from 'node:dns';
import { mock, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPodway } from '../process/podway.ts';
import { checkExchanges, forwarded, get } from '../fixtures/check.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { ok, Origin, until } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';
import { checkProcesses } from './process-row.ts';
import { ENDS, FAULTS, REFUSED_STARTS, SHORTAGES } from './process-rows.ts';
import { sampleOf } from '../fixtures/wide.ts';

/** Milliseconds; long enough for the pod to end the pooled connection meanwhile. */
const STOPPED = 1000;

test('a process that was stopped and continues answers correctly, on connections that are still open (PR-16)', async () => {
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

test('a pause of the event loop causes no timeout of a client (PR-08)', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [until(promise), ok('late')] }],
    settings: { responseHeadTimeout: 500, clientIdleTimeout: 500, keepaliveTimeout: 500 },
  });
  using idle = await scene.client();
  using client = await scene.client();
  void client.send(get('/'));
  await scene.origin('o1').request();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
  resolve();
  assert.equal((await client.response()).text, 'late');
  assert.equal((await idle.exchange(get('/'))).text, 'late');
});

test('podway looks up no name for a request (PR-19)', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  const lookup = mock.method(dns, 'lookup', () => assert.fail('a name was looked up'));
  try {
    assert.equal((await scene.exchange(get('/'))).status, 200);
    assert.equal(lookup.mock.callCount(), 0);
  } finally {
    lookup.mock.restore();
  }
});

await checkExchanges(
  'the paths of admin pages are ordinary paths on the public port (PR-13)',
  { pods: [{ name: 'o1' }] },
  ['/metrics', '/healthz', '/readyz', '/routes', '/explain'].map((path) => ({
    name: `${path} (PR-13)`,
    send: get(path),
    status: 200,
    origin: 'o1',
    upstream: forwarded(`GET ${path}`),
  })),
);

test('invented hosts, methods and paths of clients create no series (PR-12)', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }], settings: { unknownHost: '404' } });
  using client = await scene.client();
  const count = 100;
  for (let index = 0; index < count; index += 1) {
    await client.exchange(get(`/${index}`).replace('GET', `M${index}`));
    await client.exchange(get('/').replace('t.local', `h${index}.local`));
  }
  const { requests, refusals } = scene.router.snapshot();
  assert.deepEqual(
    requests.map(({ host, path, method, count }) => [host, path, method, count]),
    [
      ['t.local', '/', 'OTHER', count],
      ['', '', 'GET', count],
    ],
  );
  assert.deepEqual(refusals, [{ reason: 'unknown-host', count }]);
});

await checkProcesses('signals', sampleOf(ENDS, 3));
await checkProcesses('faults', sampleOf(FAULTS, 2));
await checkProcesses('shortages', sampleOf(SHORTAGES, 1));
await checkProcesses('starts that fail', REFUSED_STARTS);
