import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunked, get, head } from '../fixtures/check.ts';
import { podManifest } from '../fixtures/manifest.ts';
import type { RawClient } from '../fixtures/raw-client.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import { missingReason, WsgiServer } from '../fixtures/wsgi-server.ts';

async function scene(pod: WsgiServer, settings: SettingsOverrides): Promise<Scene> {
  const running = await startScene({ pods: [], settings: { drainTimeout: 50, ...settings } });
  running.router.applyPod(podManifest({ name: 'wsgi', hosts: 't.local', paths: '/', port: pod.port }));
  return running;
}

/** Uploads that each occupy a worker of the pod as soon as the pod gets them. */
async function slowUploads(running: Scene, count: number): Promise<RawClient[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => running.client()));
  for (const client of clients)
    await client.send(`${head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 1000')}x`);
  while (running.router.snapshot().gauges.exchanges_in_flight < count)
    await new Promise((resolve) => setImmediate(resolve));
  return clients;
}

const COLLECTING = { collectRequest: 65_536 };

test('a WSGI pod reads no chunked body, unless it is collected', {
  skip: missingReason('wsgiref'),
}, async () => {
  await using pod = await WsgiServer.start('wsgiref');
  const upload =
    head('POST / HTTP/1.1', 'Host: t.local', 'Transfer-Encoding: chunked') + chunked('some', 'thing');
  for (const [settings, read] of [
    [{}, 'read '],
    [COLLECTING, 'read something'],
  ] as const) {
    await using running = await scene(pod, settings);
    assert.equal((await running.exchange(upload)).text, read);
  }
});

test('gunicorn with two workers answers while two clients upload a byte now and then: COLLECT_REQUEST', {
  skip: missingReason('gunicorn'),
}, async () => {
  await using pod = await WsgiServer.start('gunicorn');
  await using running = await scene(pod, COLLECTING);
  const slow = await slowUploads(running, 2);
  for (let count = 0; count < 10; count += 1) assert.equal((await running.exchange(get('/'))).status, 200);
  for (const client of slow) assert.equal(client.reader.received.length, 0, 'the clients still upload');
  for (const client of slow) {
    const answer = await client.exchange('x'.repeat(999), 'POST');
    assert.equal(answer.text, `read ${'x'.repeat(1_000)}`);
  }
});

test('gunicorn with two workers answers again after podway has disconnected two such clients: REQUEST_BODY_RATE', {
  skip: missingReason('gunicorn'),
}, async () => {
  await using pod = await WsgiServer.start('gunicorn');
  await using running = await scene(pod, { bodyGrace: 300, drainTimeout: 50 });
  const slow = await slowUploads(running, 2);
  const waiting = running.exchange(get('/'));
  for (const client of slow)
    assert.equal((await client.response('POST')).value('x-podway-reason'), 'body-too-slow');
  assert.equal((await waiting).status, 200);
});
