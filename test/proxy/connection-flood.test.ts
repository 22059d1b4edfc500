import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, head } from '../fixtures/check.ts';
import { ok, readBody, neverAnswer } from '../fixtures/origin.ts';
import type { RawClient } from '../fixtures/raw-client.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';
import { handshake, switching } from '../fixtures/websocket.ts';

const pods = [
  { name: 'o1' },
  { name: 'slow', paths: '/slow', answer: neverAnswer },
  { name: 'upload', paths: '/upload', answer: [readBody, ok('')] },
  {
    name: 'stream',
    paths: '/stream',
    answer: ['HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nflow', neverAnswer],
  },
  { name: 'ws', paths: '/ws', answer: [switching(), neverAnswer] },
];

function scene(connections: number): Promise<Scene> {
  return startScene({
    pods,
    settings: { maxConnections: connections, maxConnectionsShare: 100, drainTimeout: 50 },
  });
}

/** A connection that the router has accepted and that has sent no bytes yet. */
async function silent(running: Scene): Promise<RawClient> {
  const before = running.router.snapshot().gauges.downstream_connections;
  const client = await running.client();
  while (running.router.snapshot().gauges.downstream_connections === before)
    await new Promise((resolve) => setImmediate(resolve));
  return client;
}

async function kept(running: Scene): Promise<RawClient> {
  const client = await running.client();
  assert.equal((await client.exchange(get('/'))).status, 200);
  return client;
}

/** Resolves with a new client after it has been served. */
async function served(running: Scene): Promise<RawClient> {
  return kept(running);
}

test('if all connections are silent, the oldest one is closed, and new clients are served', async () => {
  await using running = await scene(4);
  const clients = [];
  for (let count = 0; count < 4; count += 1) clients.push(await silent(running));
  await served(running);
  await clients[0]!.closed();
  await served(running);
  await clients[1]!.closed();
  assert.equal(clients[2]!.reader.ending, undefined);
  assert.equal(running.router.snapshot().scalars.downstream_connections_shed, 2);
});

test('a connection with half a head is closed before a connection that was served, even if that has been idle for longer', async () => {
  await using running = await scene(3);
  const first = await kept(running);
  const half = await running.client();
  await half.send('GET / HTTP/1.1\r\nHost: t.lo');
  await kept(running);
  await served(running);
  await half.closed();
  assert.equal((await first.exchange(get('/'))).status, 200);
});

test('if all connections have been served, the one that has been idle for longest is closed', async () => {
  await using running = await scene(3);
  const [first, second, third] = [await kept(running), await kept(running), await kept(running)];
  assert.equal((await first.exchange(get('/'))).status, 200);
  await served(running);
  await second.closed();
  for (const client of [first, third]) assert.equal((await client.exchange(get('/'))).status, 200);
});

test('a connection with a request, an upload, a stream or a tunnel is never closed: the new connection is', async () => {
  await using running = await scene(4);
  const asking = await running.client();
  await asking.send(get('/slow'));
  const uploading = await running.client();
  await uploading.send(`${head('POST /upload HTTP/1.1', 'Host: t.local', 'Content-Length: 9')}half`);
  const streaming = await running.client();
  await streaming.send(get('/stream'));
  await streaming.head();
  const tunnel = await running.client();
  assert.equal((await tunnel.exchange(handshake('/ws'))).status, 101);
  await Promise.all([running.origin('slow').request(), running.origin('upload').request()]);
  const newClient = await running.client();
  assert.equal((await newClient.closed()).received.length, 0);
  for (const client of [asking, streaming, tunnel]) assert.equal(client.reader.ending, undefined);
  assert.equal((await uploading.exchange('whole', 'POST')).status, 200);
  assert.equal(running.router.snapshot().scalars.downstream_connections_shed, 1);
  await served(running);
  await uploading.closed();
});

test('an unread response of a kept connection counts like a stream', async () => {
  const size = 8_000_000;
  await using running = await startScene({
    pods: [{ name: 'o1', answer: [ok('x'.repeat(size))] }],
    settings: { maxConnections: 1, proxyBufferSize: 2 * size, proxyBufferMemory: 4 * size },
  });
  const reader = await running.client();
  reader.socket.pause();
  await reader.send(get('/'));
  while (
    running.router.snapshot().gauges.exchanges_in_flight > 0 ||
    running.origin('o1').requests.length === 0
  )
    await new Promise((resolve) => setTimeout(resolve, 5));
  assert.ok(running.router.snapshot().gauges.buffered_bytes > 0);
  const newClient = await running.client();
  assert.equal((await newClient.closed()).received.length, 0);
  reader.socket.resume();
  assert.equal((await reader.response()).content.length, size);
});

test('with many more silent connections than the limit, all other clients are still served', async () => {
  await using running = await scene(256);
  const flood = Array.from({ length: 40 }, async () => {
    for (let count = 0; count < 20; count += 1) await running.client();
  });
  for (let count = 0; count < 100; count += 1) {
    using client = await running.client();
    assert.equal((await client.exchange(get('/'))).status, 200);
  }
  await Promise.all(flood);
});
