import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { readInto } from '../../src/proxy/accepted-socket.ts';

test('accepted sockets share a buffer to read into; the server counts them as before', async () => {
  const shared = Buffer.alloc(1_024);
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connections = promisify(server.getConnections.bind(server));
  for (const text of ['one', 'another']) {
    const client = connect(port, '127.0.0.1');
    const [accepted] = (await once(server, 'connection')) as [Socket];
    const received: string[] = [];
    const socket = readInto(accepted, shared, 16_384, (buf, size) => {
      assert.equal(buf, shared, 'this version of Node lets the handle move: no other buffer is used');
      received.push(buf.toString('latin1', 0, size));
    });
    assert.equal(await connections(), 1);
    client.end(text);
    await once(socket, 'end');
    assert.deepEqual(received, [text]);
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
  const socket = readInto(stream as unknown as Socket, Buffer.alloc(8), 16_384, (buf, size) =>
    received.push(buf.toString('latin1', 0, size)),
  );
  assert.equal(socket, stream);
  stream.end('bytes');
  await once(stream, 'end');
  assert.deepEqual(received, ['bytes']);
});
