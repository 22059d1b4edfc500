/** Large read buffers of connections that stay open: they go back once a connection has nothing more to read for now. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { get, head } from '../fixtures/check.ts';
import { CODE, data, FLAG, FRAME, PREFACE, reset, SETTING, settings } from '../fixtures/http2/frames.ts';
import { headers, pseudo, RawHttp2Client } from '../fixtures/http2/raw-http2-client.ts';
import { type PodRequest, RawHttp2Pod } from '../fixtures/http2/raw-http2-pod.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { ok, Origin, until } from '../fixtures/origin.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { startRouter, type TestRouter } from '../fixtures/router.ts';
import { EVENT_TIMEOUT } from '../fixtures/with-timeout.ts';

/** Fills the two smaller buffers of a connection to a pod, and a part of a large one. */
const CONTENT = 'x'.repeat(60_000);
/** Connections that wait stay open for the whole test. */
const STAYS = 600_000;
const OPEN = { keepaliveTimeout: STAYS, upstreamKeepaliveTimeout: STAYS, lingerTimeout: STAYS };

function startAt(port: number, proto: '' | 'h2c', proxyBufferSize = 1_048_576): Promise<TestRouter> {
  const paths = proto === '' ? '/' : `${port}:/ proto=h2c`;
  return startRouter({
    pods: [podManifest({ name: 'a', hosts: 't.local', paths, port })],
    secrets: [],
    settings: { ...OPEN, http2Plain: true, proxyBufferSize },
  });
}

/** Resolves when this many large read buffers are in use. */
async function untilInUse(router: TestRouter, count: number): Promise<void> {
  for (const end = Date.now() + EVENT_TIMEOUT; router.readBuffers.inUse !== count; await turn())
    if (Date.now() > end) assert.fail(`${router.readBuffers.inUse} large buffers in use, not ${count}`);
}

function begins({ connection, id }: PodRequest): void {
  const pieces = Array.from({ length: 4 }, (_, at) =>
    data(id, CONTENT.slice(at * 15_000, (at + 1) * 15_000)),
  );
  connection.send(headers(id, [[':status', '200']], 'more'), ...pieces);
}

test('an HTTP/2 pod is quiet when podway resets the last stream of the connection', async (t) => {
  await using pod = await RawHttp2Pod.start(begins);
  const router = await startAt(pod.port, 'h2c');
  t.after(() => router.close());
  for (const round of [1, 2]) {
    const client = await RawClient.connect(router.port);
    await client.send(get('/'));
    await client.head();
    await untilInUse(router, 1);
    client.socket.resetAndDestroy();
    await untilInUse(router, 0);
    assert.equal(router.readBuffers.total, 1, `the memory is a spare after round ${round}`);
  }
  assert.equal(pod.connections.length, 1, 'the connection stays open');
});

test('podway sends one PING for a large read, although the client resets streams and begins others', async (t) => {
  let isFirst = true;
  // Only the first answer begins: the pod sends no DATA between the resets.
  await using pod = await RawHttp2Pod.start((request) => {
    if (isFirst) begins(request);
    isFirst = false;
  });
  const router = await startAt(pod.port, 'h2c');
  t.after(() => router.close());
  using client = await RawHttp2Client.connect(router.port);
  client.request(1, pseudo());
  await untilInUse(router, 1);
  await client.roundTrip();
  const pings = () =>
    pod.connections[0]?.frames.filter(({ type, flags }) => type === FRAME.ping && (flags & FLAG.ack) === 0);
  for (let id = 1; id < 11; id += 2) {
    client.send(reset(id, CODE.cancel), headers(id + 2, pseudo()));
    await pod.arrival();
    await pod.connections[0]?.roundTrip();
  }
  assert.equal(pings()?.length, 1);
});

test('an HTTP/2 pod has sent its answer, which the client has not taken', async (t) => {
  await using pod = await RawHttp2Pod.start((request) => {
    begins(request);
    request.connection.send(data(request.id, '', 'end'));
  });
  const router = await startAt(pod.port, 'h2c', 0);
  t.after(() => router.close());
  const opening = [Buffer.from(PREFACE), settings([[SETTING.initialWindow, 100]])];
  using client = await RawHttp2Client.connect(router.port, opening);
  client.request(1, pseudo());
  await pod.arrival();
  await pod.connections[0]?.roundTrip();
  assert.equal(router.readBuffers.inUse, 0);
  assert.equal(router.readBuffers.total, 1, 'it was in use');
  await client.roundTrip();
  assert.equal(client.answerOf(1).content.length, 100);
});

test('an HTTP/2 client has sent its request', async (t) => {
  const pod = await Origin.start('a');
  const router = await startAt(pod.port, '');
  t.after(async () => {
    router.close();
    await pod.close();
  });
  using client = await RawHttp2Client.connect(router.port);
  // The client has acknowledged the router's SETTINGS, and sends no frame after the request.
  await client.roundTrip();
  const pieces = [0, 1, 2].map((at) => data(1, CONTENT.slice(0, 16_000), at === 2 ? 'end' : undefined));
  client.send(headers(1, pseudo('POST'), 'more'), ...pieces);
  const { status } = await client.answer(1);
  assert.equal(status, 200);
  assert.equal(router.readBuffers.inUse, 0);
  assert.equal(router.readBuffers.total, 1, 'it was in use');
});

test('a client continues to upload after the answer has closed its connection', async (t) => {
  const answered = Promise.withResolvers<void>();
  const pod = await Origin.start('a', [until(answered.promise), ok('no'), () => undefined]);
  const router = await startAt(pod.port, '');
  t.after(async () => {
    router.close();
    await pod.close();
  });
  const client = await RawClient.connect(router.port);
  t.after(() => client.close());
  await client.send(head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 1000000') + CONTENT);
  await untilInUse(router, 1);
  answered.resolve();
  const { text } = await client.response();
  assert.equal(text, 'no');
  assert.equal(router.readBuffers.inUse, 1);
  await client.send('more');
  await untilInUse(router, 0);
});
