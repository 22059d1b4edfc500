import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { get, head, post } from '../fixtures/check.ts';
import { ok, readBody, neverAnswer } from '../fixtures/origin.ts';
import type { RawClient } from '../fixtures/raw-client.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';

/** Number of requests in flight that a full heap always admits. */
const FEW = 64;

/** Waits for the first tick of the worker's clock, at which it first checks the heap. */
async function ticked(scene: Scene): Promise<void> {
  while (scene.router.snapshot().eventLoopDelay.max === 0) await sleep(5);
}

/** Clients that wait for the response of a silent pod. */
async function waiting(scene: Scene, count: number): Promise<RawClient[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => scene.client()));
  for (const client of clients) await client.send(get('/'));
  await scene.origin('o1').request(count - 1);
  return clients;
}

test('MAX_IN_FLIGHT: one request above it gets 503 and keeps its connection; a later request is admitted', async () => {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [() => gate, ok('late')] }],
    settings: { maxInFlight: 2 },
  });
  const [first] = await waiting(scene, 2);
  using third = await scene.client();
  const refused = await third.exchange(get('/'));
  assert.equal(refused.status, 503);
  assert.equal(refused.value('x-podway-reason'), 'overload-in-flight');
  assert.equal(refused.value('retry-after'), '1');
  release();
  assert.equal((await first?.response())?.status, 200);
  assert.equal((await third.exchange(get('/'))).status, 200);
  assert.equal(scene.origin('o1').requests.length, 3);
  const { refusals } = scene.router.snapshot();
  assert.deepEqual(refusals, [{ reason: 'overload-in-flight', count: 1 }]);
});

test('a full heap refuses all but a few requests and closes their connections (PR-07)', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: neverAnswer }],
    settings: { shedAtHeap: 0, drainTimeout: 50 },
  });
  await ticked(scene);
  await waiting(scene, FEW);
  const refused = await scene.exchange(get('/'));
  assert.equal(refused.value('x-podway-reason'), 'overload-heap');
  assert.equal(refused.value('connection'), 'close');
});

test('a heap close to its limit closes all but a few connections, and counts them (PR-07)', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1' }],
    settings: { refuseAtHeap: 0 },
  });
  await ticked(scene);
  for (let count = 0; count < FEW; count += 1) await (await scene.client()).exchange(get('/'));
  using one = await scene.client();
  assert.equal((await one.closed()).received.length, 0);
  assert.equal(scene.router.snapshot().scalars.downstream_connections_shed, 1);
});

test('REQUEST_MEMORY: bytes that no pod takes are counted; when it is used up, bodies and incomplete heads get 503', async () => {
  const budget = 200_000;
  await using scene = await startScene({
    pods: [
      { name: 'o1', paths: '/stuck', answer: ({ connection }) => void connection.socket.pause() },
      { name: 'o2', answer: [readBody, ok('well')] },
    ],
    settings: { requestMemory: budget, drainTimeout: 50 },
  });
  const held = (): number => scene.router.snapshot().gauges.request_held_bytes;
  const uploads: RawClient[] = [];
  while (held() < budget) {
    const client = await scene.client();
    uploads.push(client);
    await client.send(head('POST /stuck HTTP/1.1', 'Host: t.local', 'Content-Length: 99999999'));
    const body = Buffer.alloc(8_000_000, 'x');
    void client.send(body);
    for (let before = -1; before !== client.socket.bytesWritten - client.socket.writableLength; ) {
      before = client.socket.bytesWritten - client.socket.writableLength;
      await sleep(30);
    }
  }
  // Each upload that was admitted before the memory was used up may hold one read more.
  assert.ok(held() < budget + uploads.length * 131_072, `${held()} bytes`);
  assert.equal((await scene.exchange(get('/'))).text, 'well');
  const refused = await scene.exchange(post('/', 'hello'));
  assert.equal(refused.status, 503);
  assert.equal(refused.value('x-podway-reason'), 'overload-memory');
  const torn = await scene.exchange('GET / HTTP/1.1\r\nHost: t.lo');
  assert.equal(torn.value('x-podway-reason'), 'overload-memory');
  for (const { socket } of scene.origin('o1').connections) socket.resetAndDestroy();
  while (held() > 0) await sleep(5);
  assert.equal((await scene.exchange(post('/', 'hello'))).text, 'well');
});
