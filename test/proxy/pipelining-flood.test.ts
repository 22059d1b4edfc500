import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { get, head, post } from '../fixtures/check.ts';
import { startBlackHole } from '../fixtures/black-hole.ts';
import { SocketReader } from '../fixtures/socket-reader.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { ok, type OriginRequest, readBody } from '../fixtures/origin.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';
import { sampleOf } from '../fixtures/wide.ts';

const ATTACKERS = 300;
const BEHIND = 65_536;
const POSTS = 50;
const KIB = 1_024;
/** Milliseconds. Clients, router and pods share this thread, so a busy machine delays it. Other tests are about overload. */
const LAG = 60_000;

type Client = SocketReader & { send(bytes: string): void; close(): void };

/** A client with this address. */
function from(address: string, port: number): Client {
  const socket = connect({ port, host: '127.0.0.1', localAddress: address });
  const reader = new SocketReader(socket, 8_000);
  return Object.assign(reader, {
    send: (bytes: string) => void socket.write(bytes, 'latin1'),
    close: () => void socket.destroy(),
  });
}

const held = (scene: Scene): number => scene.router.snapshot().gauges.request_held_bytes;

/** Resolves when podway reads from no client any more. */
async function settled(scene: Scene): Promise<number> {
  for (let before = -1, now = held(scene); ; before = now, now = held(scene)) {
    if (before === now) return now;
    await sleep(60);
  }
}

async function spent(scene: Scene, memory: number): Promise<void> {
  while (held(scene) < memory) await sleep(5);
}

/** Many clients of one address that get a long response and continue to send. */
async function flood(scene: Scene): Promise<Client[]> {
  const attackers = Array.from({ length: ATTACKERS }, () => from('127.0.0.9', scene.router.port));
  for (const client of attackers)
    client.send(get('/stream') + 'GET /behind HTTP/1.1\r\n'.padEnd(BEHIND, 'X'));
  await scene.origin('stream').request(ATTACKERS - 1);
  return attackers;
}

async function postsOf(scene: Scene, address: string, posts = POSTS): Promise<string[]> {
  const clients = Array.from({ length: posts }, () => from(address, scene.router.port));
  const answers = clients.map(async (client) => {
    client.send(post('/', 'hello'));
    const answer = (await client.readHead())?.start ?? 'closed';
    client.close();
    return answer;
  });
  return Promise.all(answers);
}

const WELL = Array.from({ length: POSTS }, () => 'HTTP/1.1 200 OK');
const FLOW = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nflow\r\n';

for (const requestMemory of sampleOf([KIB * KIB, 64 * KIB * KIB], 1)) {
  test(`${ATTACKERS} streams with ${BEHIND} bytes sent after each, REQUEST_MEMORY ${requestMemory}: uploads of other clients succeed`, async () => {
    const streams: OriginRequest[] = [];
    await using scene = await startScene({
      pods: [
        { name: 'stream', paths: '/stream', answer: [FLOW, (request) => void streams.push(request)] },
        { name: 'o1', answer: [readBody, ok('well')] },
      ],
      settings: { requestMemory, shedAtLag: LAG },
    });
    const attackers = await flood(scene);
    const all = await settled(scene);
    assert.ok(all <= ATTACKERS * 9 * KIB, `${all} bytes`);
    assert.deepEqual(await postsOf(scene, '127.0.0.2'), WELL);
    // podway has cut no response to free memory.
    assert.equal(streams.length, ATTACKERS);
    for (const { connection } of streams) connection.socket.write('4\r\nover\r\n0\r\n\r\n');
    for (const client of attackers) {
      await client.readHead();
      assert.equal((await client.readChunked()).content.toString(), 'flowover');
    }
    for (const client of attackers) client.close();
  });
}

test('uploads to a pod that accepts no connection are ended to free memory for other clients, first those of the client that holds most', async () => {
  await using hole = await startBlackHole();
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [readBody, ok('well')] }],
    settings: { requestMemory: KIB * KIB, connectTimeout: 60_000, drainTimeout: 50 },
  });
  scene.router.applyPod(podManifest({ name: 'hole', hosts: 't.local', paths: '/hole', port: hole.port }));
  const upload = head('POST /hole HTTP/1.1', 'Host: t.local', 'Content-Length: 99999') + 'x'.repeat(60_000);
  const modest = from('127.0.0.3', scene.router.port);
  modest.send(upload);
  while (held(scene) === 0) await sleep(5);
  const greedy = Array.from({ length: 80 }, () => from('127.0.0.9', scene.router.port));
  for (const client of greedy) client.send(upload);
  await withTimeout(spent(scene, KIB * KIB), () => `${held(scene)} bytes held`);
  assert.deepEqual(await postsOf(scene, '127.0.0.2'), WELL);
  assert.ok(greedy.some(({ received }) => received.toString().startsWith('HTTP/1.1 503 ')));
  assert.equal(modest.ending, undefined);
  assert.equal(modest.received.length, 0, 'the client that holds little still waits');
  for (const client of [...greedy, modest]) client.close();
});

test('requests with incomplete heads are ended to free memory, too', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [readBody, ok('well')] }],
    settings: { requestMemory: KIB * KIB },
  });
  const clients = [];
  for (let count = 0; count < 60; count += 1) {
    const client = from('127.0.0.9', scene.router.port);
    clients.push(client);
    client.send(`GET / HTTP/1.1\r\nHost: t.local\r\nX: ${'x'.repeat(30_000)}`);
  }
  await settled(scene);
  assert.deepEqual(await postsOf(scene, '127.0.0.2'), WELL);
  for (const client of clients) client.close();
});

test('a request whose body a pod takes is not ended to free memory; a client that holds little may still send', async () => {
  const requestMemory = 256 * KIB;
  await using scene = await startScene({
    pods: [
      { name: 'stuck', paths: '/stuck', answer: ({ connection }) => void connection.socket.pause() },
      { name: 'o1', answer: [readBody, ok('well')] },
    ],
    settings: { requestMemory, drainTimeout: 50 },
  });
  const uploads = Array.from({ length: 12 }, () => from('127.0.0.9', scene.router.port));
  for (const client of uploads) {
    client.send(head('POST /stuck HTTP/1.1', 'Host: t.local', 'Content-Length: 99999999'));
    client.send('x'.repeat(8_000_000));
  }
  await withTimeout(spent(scene, requestMemory), () => `${held(scene)} bytes held`);
  assert.deepEqual(await postsOf(scene, '127.0.0.2', 5), WELL.slice(0, 5));
  assert.match((await postsOf(scene, '127.0.0.9', 5)).join(), /^(HTTP\/1\.1 503 Service Unavailable,?)+$/);
  for (const { received } of uploads) assert.equal(received.length, 0, 'no upload was ended');
  for (const client of uploads) client.close();
});
