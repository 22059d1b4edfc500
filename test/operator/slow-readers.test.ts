import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aborted, Listener } from './listener.ts';

/** More bytes than the kernel buffers for a client. */
const LARGE = 'x'.repeat(32 * 1024 * 1024);

test('a client that does not read is disconnected, and no event waits for it (EX-05)', async () => {
  await using listener = await Listener.start();
  const { socket } = await listener.stream();
  socket.pause();
  const [stream] = listener.streams;
  assert.ok(stream);
  const data = 'x'.repeat(64 * 1024);
  let sent = 0;
  for (; !stream.signal.aborted && sent < 10_000; sent++) {
    stream.send({ event: 'more', data });
    await new Promise(setImmediate);
  }
  assert.ok(stream.signal.aborted);
  // The events that fit into the buffers of the kernel and into 1 MiB.
  assert.ok(sent < 1_000);
});

test('a client that does not read pending events is disconnected after a while, without further events', async () => {
  await using listener = await Listener.start({ limits: { writeTimeout: 50 } });
  const { socket } = await listener.stream();
  socket.pause();
  const [stream] = listener.streams;
  stream?.send({ event: 'large', data: LARGE });
  await aborted(stream?.signal);
});

test('a client of a stream without events stays connected', async () => {
  await using listener = await Listener.start({ limits: { writeTimeout: 5, heartbeat: 20 } });
  const { reader } = await listener.stream();
  // Each event comes long after the time limit.
  for (let beats = 0; beats < 5; beats += 1) await reader.readUntil(':\n\n');
  assert.equal(reader.ending, undefined);
});

test('a slow client delays no other client', async () => {
  await using listener = await Listener.start();
  const slow = await listener.stream();
  slow.socket.pause();
  const { reader } = await listener.stream();
  const [first, second] = listener.streams;
  first?.send({ event: 'large', data: LARGE });
  for (let count = 0; count < 100; count += 1) {
    second?.send({ event: 'small', data: count });
    await reader.readUntil(`data: ${count}\n\n`);
  }
});

test('a client that does not read its page is disconnected', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  await using listener = await Listener.start();
  const { socket, reader } = await listener.raw('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await reader.readHead();
  socket.pause();
  t.mock.timers.tick(60_000);
  socket.resume();
  assert.equal(await reader.ended, 'reset');
  assert.ok(reader.received.length < LARGE.length);
});
