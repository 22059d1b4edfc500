import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aborted, Listener } from './listener.ts';

/** Bytes; more than a kernel keeps for a reader. */
const LARGE = 'x'.repeat(32 * 1024 * 1024);

test('a reader that takes nothing is ended, and no event waits for it (EX-05)', async () => {
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
  // What a kernel keeps, and 1 MiB.
  assert.ok(sent < 1_000);
});

test('a reader that takes nothing of what is there is ended after a while, with nothing more to send', async () => {
  await using listener = await Listener.start({ limits: { patience: 50 } });
  const { socket } = await listener.stream();
  socket.pause();
  const [stream] = listener.streams;
  stream?.send({ event: 'large', data: LARGE });
  await aborted(stream?.signal);
});

test('a reader of a stream in which nothing happens is left alone', async () => {
  await using listener = await Listener.start({ limits: { patience: 5, heartbeat: 20 } });
  const { inbox } = await listener.stream();
  // Each comes long after patience has ended.
  for (let beats = 0; beats < 5; beats += 1) await inbox.until(':\n\n');
  assert.equal(inbox.ending, undefined);
});

test('one slow reader holds up no other', async () => {
  await using listener = await Listener.start();
  const slow = await listener.stream();
  slow.socket.pause();
  const { inbox } = await listener.stream();
  const [first, second] = listener.streams;
  first?.send({ event: 'large', data: LARGE });
  for (let count = 0; count < 100; count += 1) {
    second?.send({ event: 'small', data: count });
    await inbox.until(`data: ${count}\n\n`);
  }
});

test('a page that is not read is ended', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  await using listener = await Listener.start();
  const { socket, inbox } = await listener.raw('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await inbox.head();
  socket.pause();
  t.mock.timers.tick(60_000);
  socket.resume();
  assert.equal(await inbox.ended, 'reset');
  assert.ok(inbox.received.length < LARGE.length);
});
