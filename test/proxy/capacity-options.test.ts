import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { ok, type Action } from '../fixtures/origin.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';
import { echoing, handshake } from '../fixtures/websocket.ts';

const HELD = Promise.withResolvers<void>();
const held: Action = () => HELD.promise;

/** Waits until no request of the scene is in flight at its pods. */
async function atRest({ router }: Scene): Promise<void> {
  const { gauges } = router.snapshot();
  if (gauges.exchanges_in_flight + gauges.tunnels === 0) return;
  await new Promise(setImmediate);
}

test('a pod gets at most its maximum of requests at once, other pods of the route get the other requests (RA-08)', async () => {
  const gate = Promise.withResolvers<void>();
  const wait: Action = () => gate.promise;
  await using scene = await startScene({
    pods: [
      { name: 'o1', paths: '/ max-in-flight=2', answer: [wait, ok('o1')] },
      { name: 'o2', paths: '/ max-in-flight=1', answer: [wait, ok('o2')] },
    ],
  });
  const under = Array.from({ length: 3 }, () => scene.exchange(get('/')));
  await scene.untilInFlight(3);
  const refused = await scene.exchange(get('/'));
  assert.deepEqual(
    [refused.status, refused.value('x-podway-reason'), refused.value('retry-after')],
    [503, 'pods-full', '1'],
  );
  gate.resolve();
  const texts = (await Promise.all(under)).map(({ text }) => text);
  assert.deepEqual(texts.toSorted(), ['o1', 'o1', 'o2']);
  assert.equal((await scene.exchange(get('/'))).status, 200);
});

test('requests of clients that disconnect no longer count, and WebSockets count until they end (RA-08)', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'o1', paths: '/ max-in-flight=1', answer: [held] },
      { name: 'o2', paths: '/ws max-in-flight=1', answer: echoing },
    ],
  });
  const leaving = await scene.client();
  await leaving.send(get('/'));
  await scene.untilInFlight();
  assert.equal((await scene.exchange(get('/'))).status, 503);
  leaving.reset();
  while (scene.router.snapshot().gauges.exchanges_in_flight > 0) await atRest(scene);
  using socket = await scene.client();
  await socket.send(handshake('/ws'));
  assert.match((await socket.head()).start, / 101 /);
  assert.equal((await scene.exchange(get('/ws'))).status, 503);
  socket.reset();
  while (scene.router.snapshot().gauges.tunnels > 0) await atRest(scene);
  using again = await scene.client();
  await again.send(handshake('/ws'));
  assert.match((await again.head()).start, / 101 /);
  HELD.resolve();
});
