import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { ok, neverAnswer, until } from '../fixtures/origin.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { startScene } from '../fixtures/scene.ts';
import { echoing, handshake } from '../fixtures/websocket.ts';

test('a request that runs when the drain begins is answered, and its connection ends', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [until(promise), ok('served')] }] });
  using client = await scene.client();
  await client.send(get('/'));
  await scene.origin('o1').request();
  const drained = scene.router.drain();
  resolve();
  const response = await client.response();
  assert.equal(response.text, 'served');
  assert.equal(response.value('connection'), 'close');
  await client.closed();
  assert.equal(await drained, 0);
});

test('the drain accepts no new connection', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  const { port } = scene.router;
  await scene.router.drain();
  await assert.rejects(RawClient.connect(port), { code: 'ECONNREFUSED' });
});

test('idle connections end; a request that is already in transit is still served', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }], settings: { drainTimeout: 5000 } });
  using idle = await scene.client();
  using busy = await scene.client();
  await idle.exchange(get('/'));
  await busy.exchange(get('/'));
  const drained = scene.router.drain();
  assert.equal((await busy.exchange(get('/'))).value('connection'), 'close');
  await idle.closed();
  await busy.closed();
  assert.equal(await drained, 0);
});

test('at the drain timeout open tunnels and stuck requests are ended and counted (W9, WS-27)', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'ws', answer: echoing, paths: '/ws' },
      { name: 'stuck', answer: [neverAnswer] },
    ],
    settings: { drainTimeout: 300 },
  });
  using tunnel = await scene.client();
  await tunnel.exchange(handshake('/ws'));
  using stuck = await scene.client();
  await stuck.send(get('/'));
  await scene.origin('stuck').request();
  const drained = scene.router.drain();
  await tunnel.send('still here');
  assert.equal((await tunnel.reader.read(10)).toString(), 'still here');
  await tunnel.closed();
  await stuck.closed();
  assert.equal(await drained, 2);
  for (const name of ['ws', 'stuck']) await scene.origin(name).connections[0]?.closed();
});

test('the drain ends as soon as the last tunnel ends', async () => {
  await using scene = await startScene({
    pods: [{ name: 'ws', answer: echoing }],
    settings: { drainTimeout: 60_000 },
  });
  using tunnel = await scene.client();
  await tunnel.exchange(handshake('/'));
  const drained = scene.router.drain();
  tunnel.halfClose();
  assert.equal(await drained, 0);
});
