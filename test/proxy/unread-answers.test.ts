import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { get, head } from '../fixtures/check.ts';
import { ok, readBody, neverAnswer, until } from '../fixtures/origin.ts';
import type { RawClient } from '../fixtures/raw-client.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';
import { handshake, switching } from '../fixtures/websocket.ts';

const BODY = 50_000;
/** The kernel holds a few megabytes. Only the bytes in the router are limited. */
const FEW = 400_000;

/** Sends requests without reading, until the router writes no more responses. */
async function pile(scene: Scene, client: RawClient, request: string, count: number): Promise<void> {
  client.socket.pause();
  void client.send(request.repeat(count));
  let sent = 0;
  let before = -1;
  while (sent === 0 || sent !== before) {
    before = sent;
    await sleep(200);
    sent += scene.router.snapshot().scalars.downstream_sent_bytes;
  }
}

function queued(scene: Scene): number {
  return scene.router.snapshot().gauges.buffered_bytes;
}

for (const [name, request, count] of [
  ['a pod wrote', get('/'), 3_000],
  ['the router wrote itself', head('OPTIONS * HTTP/1.1', 'Host: t.local'), 100_000],
] as const) {
  test(`unread answers that ${name} do not accumulate: the next request waits`, async () => {
    await using scene = await startScene({ pods: [{ name: 'o1', answer: [ok('x'.repeat(BODY))] }] });
    using client = await scene.client();
    await pile(scene, client, request, count);
    assert.ok(queued(scene) < FEW, `${queued(scene)} bytes`);
    client.socket.resume();
    for (let answered = 0; answered < 200; answered += 1) assert.equal((await client.response()).status, 200);
  });
}

test('bytes that a client took without an event do not count for ever', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [ok('x'.repeat(BODY))] }] });
  using client = await scene.client();
  await pile(scene, client, get('/'), 3_000);
  assert.ok(queued(scene) > 0);
  client.socket.resume();
  for (let answered = 0; answered < 3_000; answered += 1) await client.response();
  while (queued(scene) > 0) await sleep(50);
});

test('a request head may be as large as the settings allow', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1' }],
    settings: { maxRequestHead: 256 * 1024, maxRequestFields: 100 },
  });
  using client = await scene.client();
  const cookie = `Cookie: ${'c'.repeat(160 * 1024)}`;
  const bytes = get('/', cookie);
  await client.send(bytes.slice(0, 100_000));
  await client.send(bytes.slice(100_000));
  assert.equal((await client.response()).status, 200);
});

test('an empty line after a request does not begin the next one', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1' }],
    settings: { requestHeadTimeout: 200, keepaliveTimeout: 1_000 },
  });
  using client = await scene.client();
  await client.exchange(`${get('/')}\r\n`);
  await sleep(500);
  assert.equal((await client.exchange(get('/again'))).status, 200);
});

test('half a head behind a request, followed by FIN, is answered at once', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  using client = await scene.client();
  await client.send(`${get('/1')}GET /2 HT`);
  client.halfClose();
  assert.equal((await client.response()).status, 200);
  assert.equal((await client.response()).value('X-Podway-Reason'), 'head-cut');
});

test('a client that ended its side before the 101 leaves no tunnel open', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [until(promise), switching(), neverAnswer] }],
    settings: { tunnelIdleTimeout: 60_000 },
  });
  using client = await scene.client();
  await client.send(`${handshake('/')}early`);
  const { connection } = await scene.origin('o1').request();
  client.halfClose();
  await sleep(100);
  resolve();
  assert.equal((await client.response()).status, 101);
  await connection.closed();
});

test('a deleted pod still reports its running exchanges', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [until(promise), ok('done')] }] });
  using client = await scene.client();
  await client.send(get('/'));
  await scene.origin('o1').request();
  scene.router.removePod('default', 'o1');
  assert.deepEqual(
    scene.router.snapshot().endpoints.map(({ inFlight }) => inFlight),
    [1],
  );
  resolve();
  assert.equal((await client.response()).text, 'done');
  assert.deepEqual(scene.router.snapshot().endpoints, []);
});

test('a pod that refuses an upload by closing the connection is not ejected', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: ({ connection }) => void connection.socket.resetAndDestroy() }],
  });
  for (let count = 0; count < 3; count += 1) {
    using client = await scene.client();
    await client.send(head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 5000000'));
    await client.send(Buffer.alloc(100_000, 'x'));
    assert.equal((await client.response()).status, 502);
  }
  assert.equal(scene.router.snapshot().scalars.upstream_ejections, 0);
});

test('a body that can never arrive completely is detected with the head', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [readBody, ok('')] }] });
  for (const fields of [[], ['Expect: 100-continue']]) {
    using client = await scene.client();
    await client.send(
      `${get('/')}${head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 5', ...fields)}`,
    );
    client.halfClose();
    assert.equal((await client.response()).status, 200);
    assert.equal((await client.response()).value('X-Podway-Reason'), 'body-cut');
  }
});
