import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turnEnds } from 'node:timers/promises';
import { promisify } from 'node:util';
import { readInto } from '../../src/proxy/downstream/accepted-socket.ts';

test('accepted sockets share a buffer to read into; the server counts them as before', async () => {
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
    assert.notEqual(socket, accepted, 'this version of Node lets the handle move');
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
      'the reader chose another buffer',
    );
    // Half open: the answer still goes out.
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

test('without a handle to move, the bytes come all the same', async () => {
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
