import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { get, head } from '../rig/check.ts';
import { ok, silence, until, type Answer } from '../rig/origin.ts';
import { startScene, type Scene } from '../rig/scene.ts';

const FLOW: Answer = ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n', silence];

/** The one exchange of the scene, once its log line is written. */
async function logged(scene: Scene): Promise<{ status: number; attempts: number }> {
  while (scene.router.log.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(scene.router.log.length, 1);
  return scene.router.log[0] as { status: number; attempts: number };
}

/** A FIN counts as leaving once this has passed since the request; the router looks at its clock in steps of 50 ms. */
const HALF_CLOSE = 50;

async function startPair(answer: Answer): Promise<Scene> {
  return startScene({
    pods: [
      { name: 'a', answer },
      { name: 'b', answer },
    ],
    settings: { timeouts: { halfClose: HALF_CLOSE } },
  });
}

for (const how of ['close', 'reset'] as const) {
  test(`P21 DF-07 a client that leaves (${how}) while the pod thinks frees the pod at once`, async () => {
    await using scene = await startPair([silence]);
    using client = await scene.client();
    await client.send(get('/'));
    while (scene.origin('a').requests.length + scene.origin('b').requests.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (how === 'close') await sleep(4 * HALF_CLOSE);
    client[how]();
    const { status, attempts } = await logged(scene);
    assert.deepEqual([status, attempts], [499, 1]);
    for (const origin of [scene.origin('a'), scene.origin('b')]) await origin.connections[0]?.closed();
    assert.deepEqual(scene.router.snapshot().endpoints, [], 'no failure is held against the pod');
  });

  test(`DF-07 a client that leaves (${how}) inside the answer frees the pod`, async () => {
    await using scene = await startPair(FLOW);
    using client = await scene.client();
    await client.send(get('/'));
    await client.inbox.until('abcde');
    if (how === 'close') await sleep(4 * HALF_CLOSE);
    client[how]();
    await logged(scene);
    for (const origin of [scene.origin('a'), scene.origin('b')]) await origin.connections[0]?.closed();
  });

  test(`DF-07 a client that leaves (${how}) inside its body breaks it off at the pod`, async () => {
    await using scene = await startScene({ pods: [{ name: 'a' }] });
    using client = await scene.client();
    await client.send(`${head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 100')}abc`);
    const request = await scene.origin('a').request();
    client[how]();
    await assert.rejects(request.body);
    await logged(scene);
  });
}

test('DF-09 a client that ends its side after its request is served', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using scene = await startScene({ pods: [{ name: 'a', answer: [until(promise), ok('served')] }] });
  using client = await scene.client();
  await client.send(get('/'));
  client.halfClose();
  await scene.origin('a').request();
  resolve();
  assert.equal((await client.response()).text, 'served');
  await client.closed();
});

test('DF-09 the same with a request body', async () => {
  await using scene = await startScene({ pods: [{ name: 'a' }] });
  using client = await scene.client();
  await client.send(`${head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 3')}abc`);
  client.halfClose();
  assert.equal((await client.response()).status, 200);
});

test('a FIN long after the request means that the client has left', async () => {
  await using scene = await startPair([silence]);
  using client = await scene.client();
  await client.send(get('/'));
  await sleep(4 * HALF_CLOSE);
  client.halfClose();
  assert.equal((await logged(scene)).status, 499);
  await client.closed();
});

test('DF-27 the rest of an aborted answer never reaches another client', async () => {
  await using scene = await startScene({ pods: [{ name: 'a', answer: FLOW }] });
  using first = await scene.client();
  await first.send(get('/'));
  await first.inbox.until('abcde');
  first.reset();
  await scene.origin('a').connections[0]?.closed();
  scene.origin('a').answer = [ok('own')];
  assert.equal((await scene.exchange(get('/'))).text, 'own');
});

test('DF-08 many clients that leave at once leave nothing behind', async () => {
  await using scene = await startScene({
    pods: [{ name: 'a', answer: [silence] }],
  });
  const clients = await Promise.all(Array.from({ length: 100 }, () => scene.client()));
  await Promise.all(clients.map((client) => client.send(get('/'))));
  await scene.origin('a').request(99);
  for (const client of clients) client.reset();
  while (scene.router.log.length < 100) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(scene.router.log.every(({ status }) => status === 499));
});
