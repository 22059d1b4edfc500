/** podway passes small writes to the socket's handle. What the stream queues, ends and reports must not change. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { mock, test } from 'node:test';
import { setImmediate as turnEnds } from 'node:timers/promises';
import { writeDirectly } from '../../src/proxy/bytes/direct-writes.ts';
import { LoopTurn } from '../../src/proxy/bytes/loop-turn.ts';
import { SocketWriter } from '../../src/proxy/bytes/socket-writer.ts';
import { MAX_JOINED_BYTES, textOnly } from '../../src/proxy/bytes/write-parts.ts';

/** A connected socket with its writer, and the paused socket at the other end. */
async function pair() {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const [other] = await accepted;
  server.close();
  const writer = new SocketWriter(socket, new LoopTurn());
  // The writer checks at its first write how this version of Node writes.
  writer.writeText('first ');
  writer.flush();
  return { socket, other, writer, [Symbol.dispose]: () => void [socket.destroy(), other.destroy()] };
}

async function received(other: Socket): Promise<string> {
  const chunks: string[] = [];
  other.setEncoding('latin1').on('data', (chunk: string) => chunks.push(chunk));
  other.resume();
  await once(other, 'end');
  return chunks.join('');
}

test('this version of Node allows direct writes, which the stream does not see', async () => {
  using it = await pair();
  const streamed = mock.method(it.socket, 'write');
  it.writer.writeText('h\xe9ad');
  await turnEnds();
  assert.equal(streamed.mock.callCount(), 0);
  assert.equal(it.writer.queued, 0);
  assert.equal(it.writer.offered, 'first h\xe9ad'.length);
  it.writer.end();
  assert.equal(await received(it.other), 'first h\xe9ad');
});

test('bytes that the kernel does not take are queued, and later bytes are sent after them', async () => {
  using it = await pair();
  const { writer, other } = it;
  let sent = 'first ';
  const send = (text: string) => {
    writer.writeText(text);
    writer.flush();
    sent += text;
  };
  for (let at = 0; writer.queued === 0; at += 1) send(String(at % 10).repeat(MAX_JOINED_BYTES));
  assert.equal(writer.queued, MAX_JOINED_BYTES);
  assert.equal(writer.idle, false);
  const large = Buffer.alloc(MAX_JOINED_BYTES + 1, 'z');
  assert.equal(writer.write({ ...textOnly(''), buf: large, end: large.length }), true, 'the write is queued');
  sent += large.toString();
  send('the end');
  assert.equal(writer.queued, MAX_JOINED_BYTES + large.length + 'the end'.length);
  const ended = new Promise<void>((resolve) => writer.end(resolve));
  assert.equal(await received(other), sent);
  await ended;
  assert.equal(writer.queued, 0);
  assert.equal(writer.idle, true);
});

test('if the peer has gone while bytes are queued, the stream ends with the error of the write', async () => {
  using it = await pair();
  const { writer, socket, other } = it;
  for (; writer.queued === 0; writer.flush()) writer.writeText('x'.repeat(MAX_JOINED_BYTES));
  const failed = once(socket, 'error');
  // The socket has no reader, so only the write can detect the end.
  socket.pause();
  other.resetAndDestroy();
  const [error] = (await failed) as [NodeJS.ErrnoException];
  assert.match(String(error.code), /^(?:ECONNRESET|EPIPE)$/);
  assert.equal(socket.destroyed, true);
});

test('a destroyed socket takes no bytes', async () => {
  using it = await pair();
  it.socket.destroy();
  assert.equal(
    writeDirectly(it.socket, 'x', () => undefined),
    -1,
  );
  it.writer.writeText('never');
  await turnEnds();
  assert.equal(it.writer.queued, 0);
});
