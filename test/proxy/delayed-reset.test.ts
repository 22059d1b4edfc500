import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { textOnly } from '../../src/proxy/bytes/write-parts.ts';
import { DataPlane } from '../../src/proxy/data-plane.ts';
import { DelayedReset } from '../../src/proxy/downstream/delayed-reset.ts';
import { duplexClient } from '../../src/proxy/downstream/client-stream.ts';
import { ClientWriter } from '../../src/proxy/downstream/client-writer.ts';
import { KernelSendQueues } from '../../src/proxy/downstream/send-queues.ts';
import { get, head } from '../fixtures/check.ts';
import { halfClose, reset } from '../fixtures/origin.ts';
import { patternOf } from '../fixtures/pattern.ts';
import { startScene } from '../fixtures/scene.ts';
import { workerSettings } from '../fixtures/settings.ts';

/** More than the kernel buffers for a client that does not read. */
const SIZE = 12_000_000;
const BODY = patternOf('broken off', SIZE);
const HTTP_1_0 = head('GET / HTTP/1.0', 'Host: t.local');
const buffers = { proxyBufferSize: 2 * SIZE, proxyBufferMemory: 4 * SIZE };

const CHUNKED = [
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
  `${(2 * SIZE).toString(16)}\r\n`,
  BODY,
];
const LENGTH = [`HTTP/1.1 200 OK\r\nContent-Length: ${2 * SIZE}\r\n\r\n`, BODY];

for (const { name, request, answer, ending } of [
  { name: 'no framing, for HTTP/1.0', request: HTTP_1_0, answer: CHUNKED, ending: 'reset' },
  { name: 'chunks', request: get('/'), answer: CHUNKED, ending: 'fin' },
  { name: 'a length', request: get('/'), answer: LENGTH, ending: 'fin' },
] as const) {
  test(`${name}: a client that reads late gets all received bytes of a truncated response, then the end of the connection`, async () => {
    await using scene = await startScene({
      pods: [{ name: 'o1', answer: [...answer, halfClose] }],
      settings: buffers,
    });
    const client = await scene.client();
    client.socket.pause();
    await client.send(request);
    // By now the pod has closed the connection, and the router holds most of its response.
    while (scene.router.log.length === 0) await sleep(5);
    assert.equal(scene.router.log[0]?.reason, 'upstream-closed');
    assert.ok(scene.router.snapshot().gauges.buffered_bytes > 0);
    client.socket.resume();
    const closed = await client.closed();
    assert.equal(closed.ending, ending);
    const head = closed.received.indexOf('\r\n\r\n') + 4;
    const body = closed.received.subarray(head);
    if (name === 'chunks')
      assert.ok(body.length > SIZE && !body.toString('latin1', body.length - 5).includes('0\r\n\r\n'));
    else assert.ok(body.equals(BODY), `${body.length} bytes`);
  });
}

test('podway waits as long for a client that stops reading a truncated response as for one that stops reading a complete one', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [...CHUNKED, halfClose] }],
    settings: { ...buffers, clientIdleTimeout: 300 },
  });
  const client = await scene.client();
  client.socket.pause();
  await client.send(HTTP_1_0);
  while (scene.router.log.length === 0) await sleep(5);
  while (scene.router.snapshot().gauges.downstream_connections > 0) await sleep(20);
  client.socket.resume();
  const { ending, received } = await client.closed();
  assert.equal(ending, 'reset');
  assert.ok(received.length < SIZE);
});

test('the reset of a pod whose response has no framing is passed on, after the received bytes', async () => {
  await using scene = await startScene({
    pods: [
      {
        name: 'o1',
        answer: ['HTTP/1.1 200 OK\r\n\r\nabc', (request) => sleep(50).then(() => reset(request))],
      },
    ],
  });
  const client = await scene.client();
  await client.send(HTTP_1_0);
  const { ending, received } = await client.closed();
  assert.equal(ending, 'reset');
  assert.match(received.toString('latin1'), /\r\n\r\nabc$/);
});

test('the end of a drain never makes a truncated response look complete', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [...CHUNKED, halfClose] }],
    settings: { ...buffers, drainTimeout: 50 },
  });
  const client = await scene.client();
  client.socket.pause();
  await client.send(HTTP_1_0);
  while (scene.router.log.length === 0) await sleep(5);
  await scene.router.drain();
  client.socket.resume();
  assert.equal((await client.closed()).ending, 'reset');
});

test('podway waits for bytes that it has just written to the kernel', () => {
  let taken = (): void => undefined;
  const stream = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => void (taken = done),
  });
  const plane = new DataPlane(workerSettings());
  const writer = new ClientWriter(plane, stream);
  const facts = { address: '127.0.0.1', proto: 'http', raw: new Socket() } as const;
  const client = duplexClient(stream, facts, plane);
  const seen: string[] = [];
  plane.sendQueues.unacknowledged = async () => {
    seen.push('asked');
    return 1;
  };
  writer.send(textOnly('abc'));
  const reset = (): void => void seen.push('reset');
  const delayedReset = new DelayedReset({ needs: plane, writer, client, closed: false, reset });
  delayedReset.expire();
  assert.deepEqual(seen, [], 'the stream still holds the bytes');
  // The test calls this itself: these bytes do not fill the stream, so it emits no event.
  taken();
  delayedReset.expire();
  assert.deepEqual(seen, ['asked']);
  plane.close();
});

const skip = process.platform !== 'linux' && 'only Linux reports unacknowledged bytes';
const LOOPBACK = ['127.0.0.1', '::1'];

for (const host of LOOPBACK) {
  test(`podway reads how many bytes the peer's kernel has not acknowledged: ${host}`, { skip }, async (t) => {
    const server = createServer({ pauseOnConnect: true }).listen(0, host === '::1' ? '::' : host);
    t.after(() => server.close());
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const client = connect((server.address() as AddressInfo).port, host);
    const [socket] = await accepted;
    t.after(() => {
      client.destroy();
      socket.destroy();
    });
    const queues = new KernelSendQueues();
    assert.equal(await queues.unacknowledged(socket), 0);
    client.pause();
    socket.write(Buffer.alloc(SIZE));
    while ((await queues.unacknowledged(socket)) === 0) await sleep(5);
    client.resume();
    await once(socket, 'drain');
    while ((await queues.unacknowledged(socket)) !== 0) await sleep(5);
    assert.equal(socket.writableLength, 0);
  });
}
