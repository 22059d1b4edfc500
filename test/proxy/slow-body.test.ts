import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { get, head } from '../fixtures/check.ts';
import { ok, readBody } from '../fixtures/origin.ts';
import type { RawClient } from '../fixtures/raw-client.ts';
import { type Scene, startScene, type Site } from '../fixtures/scene.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import { handshake, switching } from '../fixtures/websocket.ts';

/** Milliseconds. The router checks deadlines every 50 ms. */
const GRACE = 150;
const LONG = 5 * GRACE;
const UPLOAD = head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 1000');

function scene(pod: Partial<Site>, settings: SettingsOverrides = {}): Promise<Scene> {
  return startScene({
    pods: [{ name: 'o1', answer: [readBody, ok('well')], ...pod }],
    settings: { ...settings, bodyGrace: GRACE, drainTimeout: 50 },
  });
}

/** Sends a byte now and then, until the router ends the connection or the time is over. */
async function drip(client: RawClient, forHowLong = LONG): Promise<void> {
  const end = performance.now() + forHowLong;
  while (performance.now() < end && client.reader.received.length === 0) {
    await client.send('x');
    await sleep(20);
  }
}

async function isEnded(running: Scene, request: string): Promise<void> {
  using client = await running.client();
  await client.send(request);
  await drip(client, 10 * LONG);
  const answer = await client.response('POST');
  assert.equal(answer.status, 408);
  assert.equal(answer.value('x-podway-reason'), 'body-too-slow');
  await client.closed();
}

test('a slow body is ended, and its pod is freed', async () => {
  await using running = await scene({});
  await isEnded(running, UPLOAD);
  await running.origin('o1').connections[0]!.closed();
  assert.equal(running.router.log[0]?.reason, 'body-too-slow');
  assert.equal(running.router.snapshot().scalars.upstream_ejections, 0);
});

test('a slow body is ended while it is collected, too, and no pod gets the request', async () => {
  await using running = await scene({}, { collectRequest: 64_000 });
  await isEnded(running, UPLOAD);
  assert.equal(running.origin('o1').connections.length, 0);
});

test('slow chunk framing during the collection of a body does not count as body', async () => {
  await using running = await scene({}, { collectRequest: 64_000 });
  using client = await running.client();
  await client.send(head('POST / HTTP/1.1', 'Host: t.local', 'Transfer-Encoding: chunked'));
  await client.send('5;');
  await drip(client, 10 * LONG);
  const answer = await client.response('POST');
  assert.equal(answer.value('x-podway-reason'), 'body-too-slow');
});

test('of chunks only the data counts', async () => {
  await using running = await scene({});
  using client = await running.client();
  await client.send(head('POST / HTTP/1.1', 'Host: t.local', 'Transfer-Encoding: chunked'));
  while (client.reader.received.length === 0) {
    await client.send(`1;${'x'.repeat(100)}\r\nx\r\n`);
    await sleep(20);
  }
  assert.equal((await client.response('POST')).value('x-podway-reason'), 'body-too-slow');
});

for (const { name, request, settings, pod } of [
  { name: 'REQUEST_BODY_RATE=0', request: UPLOAD, settings: { requestBodyRate: 0 } },
  {
    name: 'gRPC',
    request: head(
      'POST / HTTP/1.1',
      'Host: t.local',
      'Content-Length: 1000',
      'content-type:application/grpc+proto',
    ),
  },
  {
    name: 'the response has begun',
    request: UPLOAD,
    pod: { answer: ['HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n', readBody, 'well'] },
  },
] as const) {
  test(`a body may be slow: ${name}`, async () => {
    await using running = await scene(pod ?? {}, settings);
    using client = await running.client();
    await client.send(request);
    const answer = name === 'the response has begun' ? await client.head() : undefined;
    let sent = 0;
    for (; sent < LONG / 20; sent += 1) {
      await client.send('x');
      await sleep(20);
    }
    void client.send('x'.repeat(1_000 - sent));
    if (answer === undefined) assert.equal((await client.response('POST')).status, 200);
    else assert.equal((await client.reader.read(4)).toString(), 'well');
  });
}

test('a tunnel may be slow', async () => {
  await using running = await scene({ answer: [switching()] });
  using client = await running.client();
  assert.equal((await client.exchange(handshake('/'))).status, 101);
  for (let sent = 0; sent < LONG / 20; sent += 1) {
    await client.send('x');
    await sleep(20);
  }
  assert.equal(client.reader.ending, undefined);
});

test('the time of a pod that does not read does not count against the client', async () => {
  const size = 30_000_000;
  await using running = await scene({ answer: [readBody, ok('well')] });
  const origin = running.origin('o1');
  origin.onConnection = ({ socket }) => void socket.pause();
  using client = await running.client();
  await client.send(head('POST / HTTP/1.1', 'Host: t.local', `Content-Length: ${size}`));
  void client.send(Buffer.alloc(size, 'x'));
  const { socket } = await origin.connection();
  await sleep(LONG);
  socket.resume();
  assert.equal((await client.response('POST')).status, 200);
});

test('a client that sends fast enough is not disconnected', async () => {
  await using running = await scene({}, { requestBodyRate: 1_000 });
  using client = await running.client();
  await client.send(head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 3200'));
  for (let sent = 0; sent < 16; sent += 1) {
    await client.send('x'.repeat(200));
    await sleep(40);
  }
  assert.equal((await client.response('POST')).status, 200);
  assert.equal((await client.exchange(get('/'))).status, 200);
});
