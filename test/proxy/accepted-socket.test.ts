import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turnEnds } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type AcceptedHandle, acceptHandles, readInto } from '../../src/proxy/downstream/accepted-socket.ts';

test('accepted sockets share a read buffer; the server counts them as before', async () => {
  const shared = Buffer.alloc(1_024);
  const own = Buffer.alloc(1_024);
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connections = promisify(server.getConnections.bind(server));
  for (const text of ['one', 'another']) {
    const client = connect(port, '127.0.0.1');
    const [accepted] = (await once(server, 'connection')) as [Socket];
    const received: string[] = [];
    const reader = {
      readBuffer: shared,
      readSize: shared.length,
      received: (buf: Buffer, size: number) => {
        received.push(buf.toString('latin1', 0, size));
        reader.readBuffer = own;
      },
    };
    const socket = readInto(accepted, { shared, opening: shared }, 16_384, () => reader);
    assert.notEqual(socket, accepted, 'this version of Node allows podway to move the handle');
    assert.equal(await connections(), 1);
    client.write(text);
    while (received.length === 0) await turnEnds();
    client.end(`${text} more`);
    await once(socket, 'end');
    assert.deepEqual(received, [text, `${text} more`]);
    assert.equal(shared.toString('latin1', 0, text.length), text);
    assert.equal(
      own.toString('latin1', 0, text.length + 5),
      `${text} more`,
      'the reader now uses another buffer',
    );
    // The connection is half open: the response is still sent.
    const closed = once(socket, 'close');
    socket.end(`${text} answered`);
    const [answer] = (await once(client, 'data')) as [Buffer];
    assert.equal(answer.toString(), `${text} answered`);
    await closed;
    assert.equal(await connections(), 0);
  }
  server.close();
  await once(server, 'close');
});

test('a connection without a socket gets a socket that the server counts, or is closed', async () => {
  const buffer = Buffer.alloc(1_024);
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connections = promisify(server.getConnections.bind(server));
  const accepted = Promise.withResolvers<AcceptedHandle>();
  acceptHandles(server, accepted.resolve);
  server.on('connection', () => assert.fail('this version of Node passes the handle on'));
  const client = connect(port, '127.0.0.1');
  const handle = await accepted.promise;
  assert.equal(handle.remoteAddress, '127.0.0.1');
  assert.equal(await connections(), 0);
  const received = Promise.withResolvers<string>();
  const reader = {
    readBuffer: buffer,
    readSize: buffer.length,
    received: (buf: Buffer, size: number) => received.resolve(buf.toString('latin1', 0, size)),
  };
  const socket = readInto(handle, { shared: buffer, opening: buffer }, 16_384, () => reader);
  assert.equal(await connections(), 1);
  client.write('hello');
  assert.equal(await received.promise, 'hello');
  server.close();
  client.end();
  socket.end();
  await once(server, 'close');
});

test('a connection that is refused before it has a socket is closed and not counted', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  acceptHandles(server, (accepted) => accepted.destroy());
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.resume();
  await once(client, 'close');
  assert.equal(await promisify(server.getConnections.bind(server))(), 0);
  server.close();
  await once(server, 'close');
});

test('a server without the callback of Node.js continues to hand over sockets', async () => {
  const server = createServer();
  acceptHandles(server, () => assert.fail('the server does not listen yet'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  socket.destroy();
  client.on('error', () => undefined);
  await once(client, 'close');
  server.close();
});

test('the bytes arrive even if the handle cannot be moved', async () => {
  const stream = new PassThrough();
  const received: string[] = [];
  const readBuffer = Buffer.alloc(4);
  const reader = {
    readBuffer,
    readSize: readBuffer.length,
    received: (buf: Buffer, size: number) => void received.push(buf.toString('latin1', 0, size)),
  };
  const buffers = { shared: readBuffer, opening: readBuffer };
  const socket = readInto(stream as unknown as Socket, buffers, 16_384, () => reader);
  assert.equal(socket, stream);
  stream.end('some bytes');
  await once(stream, 'end');
  assert.deepEqual(received, ['some', ' byt', 'es']);
});
