import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { get, head } from '../fixtures/check.ts';
import { type Action, untilDrained, type OriginConnection } from '../fixtures/origin.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';

const MEGABYTE = 1024 * 1024;
const SIZE = 64 * MEGABYTE;
/** More than the kernel's loopback buffers on both sides of the router. */
const KERNEL = 24 * MEGABYTE;

/** A pod that sends `SIZE` bytes as fast as the router reads them. */
function flood(fields: string): Action {
  return async ({ connection: { socket } }) => {
    socket.write(`HTTP/1.1 200 OK\r\n${fields}Content-Length: ${SIZE}\r\n\r\n`);
    const piece = Buffer.alloc(65_536, 'x');
    for (let sent = 0; sent < SIZE && !socket.destroyed; sent += piece.length) {
      if (!socket.write(piece)) await untilDrained(socket);
    }
  };
}

/** Waits until podway stops reading from the pods; resolves with the number of sent bytes, which no longer changes. */
async function untilStalled(scene: Scene): Promise<number> {
  let before = -1;
  let taken = 0;
  while (taken !== before || taken === 0) {
    before = taken;
    await sleep(300);
    taken = 0;
    for (const { socket } of scene.origin('o1').connections)
      taken += socket.bytesWritten - socket.writableLength;
  }
  return taken;
}

/** The pod's connection, when the router holds its maximum. */
async function heldBack(scene: Scene): Promise<OriginConnection> {
  const connection = await scene.origin('o1').connection();
  while (connection.reader.ending === undefined) {
    const { buffered_bytes: held } = scene.router.snapshot().gauges;
    assert.ok(held <= MEGABYTE + 65_536, `${held} bytes are in memory`);
    await sleep(20);
  }
  return connection;
}

for (const [name, fields, buffer] of [
  ['buffered', '', MEGABYTE],
  ['write-through', 'X-Accel-Buffering: no\r\n', 256 * 1024],
] as const) {
  test(`a client that stops reading makes podway stop reading from the pod, ${name} (P37, UF-58)`, async () => {
    await using scene = await startScene({ pods: [{ name: 'o1', answer: flood(fields) }] });
    using client = await scene.client();
    await client.send(get('/'));
    await client.head();
    client.socket.pause();
    const taken = await untilStalled(scene);
    assert.ok(taken < KERNEL, `the pod sent ${taken} bytes`);
    const { gauges } = scene.router.snapshot();
    assert.ok(gauges.buffered_bytes <= buffer + 65_536, `${gauges.buffered_bytes} bytes are in memory`);
    client.socket.resume();
    assert.equal((await client.reader.read(SIZE)).length, SIZE);
  });
}

test('many slow readers share one budget (DF-04)', { timeout: 30_000 }, async () => {
  const budget = 2 * MEGABYTE;
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: flood('') }],
    settings: { proxyBufferMemory: budget },
  });
  const clients = await Promise.all(Array.from({ length: 10 }, () => scene.client()));
  for (const client of clients) {
    await client.send(get('/'));
    await client.head();
    client.socket.pause();
  }
  let pauses = 0;
  while (pauses < clients.length) {
    await untilStalled(scene);
    const { gauges, scalars } = scene.router.snapshot();
    pauses += scalars.buffer_pauses;
    assert.ok(gauges.buffered_bytes <= budget + clients.length * 131_072, `${gauges.buffered_bytes} bytes`);
  }
});

for (const [name, reads] of [
  ['a client that reads no byte (DF-03)', 0],
  ['a client that reads a megabyte and then stops (DF-05)', MEGABYTE],
] as const) {
  test(`${name} is disconnected, and the pod is freed`, async () => {
    await using scene = await startScene({
      pods: [{ name: 'o1', answer: flood('') }],
      settings: { clientIdleTimeout: 300 },
    });
    using client = await scene.client();
    await client.send(get('/'));
    await client.head();
    await client.reader.read(reads);
    client.socket.pause();
    await (await heldBack(scene)).closed();
    assert.equal(scene.router.log[0]?.reason, 'client-stalled');
  });
}

test('an upload and a large unread response do not block each other forever (DF-20)', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: flood('') }] });
  using client = await scene.client();
  client.socket.pause();
  void client.send(head('POST / HTTP/1.1', 'Host: t.local', `Content-Length: ${4 * MEGABYTE}`));
  const sent = client.send(Buffer.alloc(4 * MEGABYTE, 'x'));
  const request = await scene.origin('o1').request();
  await request.body;
  await sent;
  client.socket.resume();
  await client.head();
  assert.equal((await client.reader.read(SIZE)).length, SIZE);
});

test('podway stops reading from the client of a pod that does not read', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: ({ connection }) => void connection.socket.pause() }],
  });
  using client = await scene.client();
  void client.send(head('POST / HTTP/1.1', 'Host: t.local', `Content-Length: ${SIZE}`));
  const { connection } = await scene.origin('o1').request();
  let stopped = false;
  void client.send(Buffer.alloc(SIZE, 'x')).then(() => (stopped = false));
  let before = -1;
  while (client.socket.bytesWritten - client.socket.writableLength !== before) {
    before = client.socket.bytesWritten - client.socket.writableLength;
    await sleep(300);
    stopped = true;
  }
  assert.ok(stopped);
  assert.ok(connection.reader.received.length < KERNEL);
});
