import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { SMALL_READ } from '../../src/proxy/bytes/read-buffers.ts';
import { get, head, post } from '../fixtures/check.ts';
import { ok, readBody, until } from '../fixtures/origin.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';

const CLOSE = 'Connection: close';
/** Bytes of an answer: more than the kernel takes for a client that does not read. */
const LARGE = 20_000_000;

function connections(scene: Scene): number {
  return scene.router.snapshot().gauges.downstream_connections;
}

/** Bytes of an answer: more than a client that does not read takes, and less than the kernel takes from the router. */
const MIDDLE = 1_500_000;

/** Checks when the router ends the connection. The client keeps its side open, so only the router can end it. */
async function check(request: string, ends: 'at once' | 'when the client has ended'): Promise<void> {
  await using scene = await startScene({
    pods: [{ name: 'a', answer: [readBody, ok('whole')] }],
    settings: { lingerTimeout: 60_000, clientIdleTimeout: 60_000 },
  });
  using client = await scene.client();
  await client.send(request);
  const response = await client.response();
  assert.equal(response.text, 'whole');
  assert.equal(response.value('connection'), 'close');
  assert.equal(await client.reader.ended, 'fin');
  if (ends === 'when the client has ended') {
    assert.equal(connections(scene), 1);
    scene.router.snapshot();
    await client.send('\r\n');
    while (scene.router.snapshot().scalars.downstream_received_bytes === 0) await turn();
    client.socket.end();
  }
  while (connections(scene) > 0) await turn();
}

for (const [title, request, ends] of [
  ['HTTP/1.1 with Connection: close', get('/', CLOSE), 'at once'],
  ['HTTP/1.0', head('GET / HTTP/1.0', 'Host: t.local'), 'at once'],
  [
    'a body, after which some clients send an empty line',
    post('/', 'body', CLOSE),
    'when the client has ended',
  ],
  [
    'more bytes than the request, although the client said that it sends none',
    `${get('/', CLOSE)}\r\n`,
    'when the client has ended',
  ],
] as const) {
  test(`a client that says that this is its last request (${title}): its connection ends ${ends}`, () =>
    check(request, ends));
}

test('a client that sends its last request and reads slowly gets all of a large answer, and a clean end', async () => {
  await using scene = await startScene({ pods: [{ name: 'a', answer: [ok('x'.repeat(LARGE))] }] });
  using client = await scene.client();
  client.socket.pause();
  await client.send(get('/', CLOSE));
  await scene.untilInFlight();
  client.socket.resume();
  assert.equal((await client.response()).text.length, LARGE);
  assert.equal(await client.reader.ended, 'fin');
});

test('a client that sends its last request gets an answer of the router itself completely', async () => {
  await using scene = await startScene({ pods: [{ name: 'a', paths: '/a' }] });
  using client = await scene.client();
  await client.send(get('/b', CLOSE));
  assert.equal((await client.response()).status, 404);
  assert.equal(await client.reader.ended, 'fin');
  while (connections(scene) > 0) await turn();
});

test('an empty line behind a head that fills a read of the router exactly does not cause a reset', async () => {
  await using scene = await startScene({
    pods: [{ name: 'a', paths: '/a' }],
    settings: { lingerTimeout: 60_000, clientIdleTimeout: 60_000 },
  });
  using client = await scene.client();
  const bare = get('/b', CLOSE, 'X-Fill: ').length;
  const request = get('/b', CLOSE, `X-Fill: ${'x'.repeat(SMALL_READ - bare)}`);
  await client.send(`${request}\r\n`);
  assert.equal((await client.response()).status, 404);
  assert.equal(await client.reader.ended, 'fin');
  assert.equal(connections(scene), 1);
  client.socket.end();
  while (connections(scene) > 0) await turn();
});

test('a client that sends an empty line behind its last request, which has no body, loses no byte of an unread answer', async () => {
  await using scene = await startScene({
    pods: [{ name: 'a', answer: [ok('x'.repeat(MIDDLE))] }],
    settings: { lingerTimeout: 60_000, clientIdleTimeout: 60_000 },
  });
  using client = await scene.client();
  client.socket.pause();
  await client.send(get('/', CLOSE));
  for (let sent = 0; sent < MIDDLE; await turn())
    sent += scene.router.snapshot().scalars.downstream_sent_bytes;
  await client.send('\r\n');
  client.socket.resume();
  assert.equal((await client.response()).text.length, MIDDLE);
  assert.equal(await client.reader.ended, 'fin');
  client.socket.end();
  while (connections(scene) > 0) await turn();
});

test('the drain waits until a client has taken the answer to its last request', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using scene = await startScene({
    pods: [{ name: 'a', answer: [until(promise), ok('served')] }],
    settings: { lingerTimeout: 60_000, drainTimeout: 60_000 },
  });
  using client = await scene.client();
  await client.send(get('/', CLOSE));
  await scene.untilInFlight();
  const drained = scene.router.drain();
  resolve();
  assert.equal((await client.response()).text, 'served');
  assert.equal(await client.reader.ended, 'fin');
  assert.equal(connections(scene), 1);
  client.socket.end();
  assert.equal(await drained, 0);
});
