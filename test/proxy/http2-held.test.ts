/** Bytes that HTTP/2 clients send and pods do not take, and bytes that HTTP/2 pods send and clients do not take. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { GAUGES } from '../../src/boundary/figures.ts';
import type { Dial } from '../../src/proxy/upstream/dial.ts';
import { dialInProcess } from '../fixtures/in-process-pod.ts';
import {
  CODE,
  data,
  FLAG,
  FRAME,
  frame,
  number32,
  PREFACE,
  reset,
  SETTING,
  settings,
  windowUpdate,
} from '../fixtures/http2/frames.ts';
import type { Field } from '../fixtures/http2/hpack.ts';
import { headers, pseudo, RawHttp2Client } from '../fixtures/http2/raw-http2-client.ts';
import { type RequestHandler, RawHttp2Pod } from '../fixtures/http2/raw-http2-pod.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { startRouter, type TestRouter } from '../fixtures/router.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import { acceptOf } from '../fixtures/websocket.ts';

const HEAD: readonly Field[] = [[':status', '200']];

interface Route {
  readonly port?: number;
  readonly proto?: '' | 'h2c';
  readonly dial?: Dial;
  readonly settings?: SettingsOverrides;
}

/** A router with one pod. After the test no state may be left. */
async function routed(
  t: TestContext,
  { port = 1, proto = 'h2c', dial, settings: more }: Route,
): Promise<TestRouter> {
  const paths = proto === '' ? `${port}:/` : `${port}:/ proto=${proto}`;
  const router = await startRouter({
    pods: [podManifest({ name: 'a', hosts: 't.local', paths, port })],
    secrets: [],
    settings: { http2Plain: true, drainTimeout: 100, ...more },
    ...(dial && { dial }),
  });
  t.after(async () => {
    try {
      await router.drain();
      const { gauges } = router.snapshot();
      for (const gauge of GAUGES) assert.equal(gauges[gauge], 0, `${gauge} after the drain`);
    } finally {
      router.close();
    }
  });
  return router;
}

async function podOf(
  t: TestContext,
  play: RequestHandler,
  opening?: readonly Buffer[],
): Promise<RawHttp2Pod> {
  const pod = await RawHttp2Pod.start(play, { ...(opening && { opening }) });
  t.after(() => pod[Symbol.asyncDispose]());
  return pod;
}

/** Number of bytes of DATA that the client may send on stream 1. */
function grantOf(client: RawHttp2Client): number {
  return client.frames
    .filter(({ type, id }) => type === FRAME.windowUpdate && id === 1)
    .reduce((sum, { payload }) => sum + payload.readUInt32BE(0), 65_535);
}

/** Sends bytes so that the router gets them in a separate read. */
async function sendApart(router: TestRouter, client: RawHttp2Client, bytes: Buffer): Promise<void> {
  router.snapshot();
  client.send(bytes);
  for (let read = 0; read < bytes.length; await turn())
    read += router.snapshot().scalars.downstream_received_bytes;
}

/** Sends DATA while the router gives credit. Resolves with the number of bytes. */
async function fill(client: RawHttp2Client, send: (size: number) => unknown): Promise<number> {
  let sent = 0;
  for (; grantOf(client) - sent >= 16_384; await client.roundTrip()) {
    await send(16_384);
    sent += 16_384;
  }
  return sent;
}

for (const proto of ['', 'h2c'] as const)
  test(`padded DATA, each frame in two reads, to a pod that takes no more, ${proto || 'http/1.1'} (H2-66)`, async (t) => {
    // The kernel takes some megabytes. Later bytes wait in the router.
    const server = net.createServer({ pauseOnConnect: true }, (socket) => {
      socket.on('error', () => undefined);
      if (proto === 'h2c')
        socket.write(
          Buffer.concat([settings([[SETTING.initialWindow, 2 ** 31 - 1]]), windowUpdate(0, 2 ** 30)]),
        );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const router = await routed(t, { port, proto });
    using client = await RawHttp2Client.connect(router.port);
    client.request(1, pseudo('POST'), 'more');
    await client.roundTrip();
    const sent = await fill(client, async (size) => {
      const payload = Buffer.concat([Buffer.of(100), Buffer.alloc(size - 1, 'x')]);
      const padded = frame(FRAME.data, FLAG.padded, 1, payload);
      await sendApart(router, client, padded.subarray(0, 9_000));
      await sendApart(router, client, padded.subarray(9_000));
    });
    assert.ok(sent > 100_000, `${sent} bytes`);
    assert.equal(client.endOf(1), undefined);
  });

test('a tunnel whose client has ended its side while bytes are held, and whose pod then ends its side and resets (H2-67)', async (t) => {
  let isOpen = false;
  const { pods, dial } = dialInProcess((pod, bytes) => {
    if (isOpen) return false;
    isOpen = true;
    const [, key = ''] = /sec-websocket-key: (\S+)/i.exec(bytes.toString('latin1')) ?? [];
    const lines = ['Connection: Upgrade', 'Upgrade: websocket', `Sec-WebSocket-Accept: ${acceptOf(key)}`];
    pod.push(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
    return true;
  });
  const router = await routed(t, { proto: '', dial });
  using client = await RawHttp2Client.connect(router.port);
  const connect: Field[] = [
    ...pseudo('CONNECT'),
    [':protocol', 'websocket'],
    ['sec-websocket-version', '13'],
  ];
  client.request(1, connect, 'more');
  await client.until('the head', () => client.blocks[0]);
  await fill(client, (size) => client.send(data(1, Buffer.alloc(size))));
  client.send(data(1, 'x', 'end'));
  await client.roundTrip();
  assert.ok(router.snapshot().gauges.request_held_bytes > 0);
  pods[0]!.push(null);
  assert.equal(await client.ending(1), 'end');
  assert.equal(router.snapshot().gauges.http2_streams, 1, 'the pod may still take the held bytes');
  pods[0]!.destroy(new Error('reset'));
  while (router.log.length === 0) await turn();
  await client.roundTrip();
  const { http2_streams: streams, request_held_bytes: held, tunnels } = router.snapshot().gauges;
  assert.deepEqual({ streams, held, tunnels }, { streams: 0, held: 0, tunnels: 0 });
});

test('bytes that arrive before the connection to the pod are all counted (H2-71)', async (t) => {
  const pod = await podOf(t, () => undefined, []);
  const router = await routed(t, { port: pod.port, settings: { connectTimeout: 60_000 } });
  using client = await RawHttp2Client.connect(router.port);
  for (let id = 1; id < 40; id += 2) {
    client.send(headers(id, pseudo('POST'), 'more'), data(id, 'x'));
    await client.roundTrip();
    for (let left = 3; left > 0; left -= 1) client.send(data(id, Buffer.alloc(16_000)));
  }
  await client.roundTrip();
  assert.equal(router.snapshot().gauges.request_held_bytes, 20 * 48_001);
  for (let id = 1; id < 40; id += 2) client.send(reset(id, CODE.cancel));
  await client.roundTrip();
  assert.equal(router.snapshot().gauges.request_held_bytes, 0);
});

test('requests that wait for their pod are ended to free memory for the next request (H2-71)', async (t) => {
  const pod = await podOf(t, () => undefined, []);
  const limits = { connectTimeout: 60_000, requestMemory: 500_000 };
  const router = await routed(t, { port: pod.port, settings: limits });
  using client = await RawHttp2Client.connect(router.port);
  for (let id = 1; id < 40; id += 2) client.send(headers(id, pseudo('POST'), 'more'), data(id, 'x'));
  await client.roundTrip();
  for (let id = 1; id < 40; id += 2)
    for (let left = 3; left > 0; left -= 1) client.send(data(id, Buffer.alloc(16_000)));
  await client.roundTrip();
  using other = await RawHttp2Client.connect(router.port);
  other.request(1, pseudo('POST'), 'more');
  await other.roundTrip();
  const { request_held_bytes: held } = router.snapshot().gauges;
  assert.ok(held > 0 && held <= 500_000, `${held} bytes are held`);
  assert.deepEqual(
    [...new Set(router.log.map(({ status, reason }) => `${status} ${reason}`))],
    ['503 overload-memory'],
  );
});

test('a client cancels while the end of a complete response waits for it: the stream to the pod is released (GR-19)', async (t) => {
  const pod = await podOf(t, ({ connection, id }) => {
    const pieces = Array.from({ length: 3 }, () => data(id, Buffer.alloc(16_384)));
    connection.send(headers(id, HEAD, 'more'), ...pieces, data(id, Buffer.alloc(10_000), 'end'));
  });
  const limits = { proxyBufferSize: 16_384, upstreamStreams: 1 };
  const router = await routed(t, { port: pod.port, settings: limits });
  const opening = [Buffer.from(PREFACE), settings([[SETTING.initialWindow, 0]])];
  using client = await RawHttp2Client.connect(router.port, opening);
  for (let id = 1; id < 10; id += 2) {
    client.request(id, pseudo());
    await client.until('the head', () => client.blocks.find((it) => it.id === id));
    await pod.connections[0]!.roundTrip();
    client.send(reset(id, CODE.cancel));
    await client.roundTrip();
  }
  assert.equal(pod.connections.length, 1);
  assert.equal(await router.drain(), 0);
});

test('a pod that opens its window in small steps holds uploads back (GR-20)', async (t) => {
  const pod = await podOf(t, () => undefined);
  const router = await routed(t, { port: pod.port });
  using client = await RawHttp2Client.connect(router.port);
  client.request(1, pseudo('POST'), 'more');
  await pod.arrival();
  const [connection] = pod.connections;
  let sent = 0;
  for (let count = 0; count < 150; count += 1) {
    for (; grantOf(client) - sent >= 8_192; sent += 8_192) client.send(data(1, Buffer.alloc(8_192)));
    await client.roundTrip();
    connection!.send(windowUpdate(0, 4_096), windowUpdate(1, 4_096));
    await connection!.roundTrip();
  }
  const got = connection!.frames
    .filter(({ type }) => type === FRAME.data)
    .reduce((sum, { payload }) => sum + payload.length, 0);
  assert.ok(got > 65_535 + 100 * 4_096, `the pod got ${got} bytes`);
  assert.ok(sent - got < 262_144, `${sent - got} bytes are held`);
});

test('a pod sends GOAWAY: streams that it refuses go to another connection, without retries of failures (GR-21)', async (t) => {
  const goaway = frame(FRAME.goaway, 0, 0, Buffer.concat([number32(1), number32(0)]));
  const pod = await podOf(t, ({ connection, id, answer }) => {
    if (connection.index > 0 || id === 1) answer('ok');
    else connection.send(goaway);
  });
  const router = await routed(t, { port: pod.port, settings: { upstreamRetries: 0 } });
  using client = await RawHttp2Client.connect(router.port);
  for (const id of [1, 3, 5]) {
    client.request(id, pseudo());
    assert.equal((await client.answer(id)).text, 'ok');
  }
  assert.deepEqual(
    pod.connections.map(({ blocks }) => blocks.length),
    [2, 2],
  );
});

test('a pod sends GOAWAY that refuses no stream: open streams are completed, later ones go to another connection (GR-24)', async (t) => {
  const goaway = frame(FRAME.goaway, 0, 0, Buffer.concat([number32(2 ** 31 - 1), number32(0)]));
  let late: (() => void) | undefined;
  const pod = await podOf(t, ({ connection, path, answer }) => {
    if (path !== '/late') answer('ok');
    else {
      late = () => answer('late');
      connection.send(goaway);
    }
  });
  const router = await routed(t, { port: pod.port });
  using client = await RawHttp2Client.connect(router.port);
  client.request(1, pseudo('GET', '/late'));
  await pod.arrival();
  await pod.connections[0]!.roundTrip();
  client.request(3, pseudo('POST'));
  assert.equal((await client.answer(3)).text, 'ok');
  late!();
  assert.equal((await client.answer(1)).text, 'late');
  await pod.connections[0]!.closed();
  assert.deepEqual(
    pod.connections.map(({ blocks }) => blocks.length),
    [1, 1],
  );
});

for (const vary of ['content-type', 'x'])
  test(`a gRPC response with vary: ${vary} that END_STREAM ends without trailers is truncated for the client (GR-22)`, async (t) => {
    const fields: readonly Field[] = [...HEAD, ['vary', vary], ['content-type', 'application/grpc']];
    const pod = await podOf(t, ({ connection, id }) =>
      connection.send(headers(id, fields, 'more'), data(id, 'abc', 'end')),
    );
    const router = await routed(t, { port: pod.port });
    using client = await RawHttp2Client.connect(router.port);
    client.request(1, pseudo('POST'));
    assert.equal(await client.ending(1), 'internalError');
    assert.deepEqual(
      router.log.map(({ reason }) => reason),
      ['upstream-closed'],
    );
  });
