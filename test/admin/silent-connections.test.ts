import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { plain } from '../../src/admin/answers.ts';
import { createAdminServer } from '../../src/admin/server.ts';
import { SocketReader } from '../fixtures/socket-reader.ts';

/** The maximum number of connections of the admin listener. */
const ROOM = 128;
const PAGES = 32;

async function* endless(): AsyncGenerator<string, void> {
  for (;;) yield await Promise.resolve('x'.repeat(65_536));
}

async function serve(t: TestContext): Promise<number> {
  const long = { status: 200, contentType: 'text/plain' };
  const pages = { '/healthz': () => plain(200, 'ok'), '/long': () => ({ ...long, body: endless() }) };
  const server = createAdminServer(pages, () => undefined).listen(0, '127.0.0.1');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A connection that the server has accepted. */
async function open(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function ask(
  t: TestContext,
  port: number,
  path: string,
): Promise<{ reader: SocketReader; socket: Socket }> {
  const socket = await open(t, port);
  const reader = new SocketReader(socket, 8_000);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return { reader, socket };
}

async function status(t: TestContext, port: number, path: string): Promise<string | undefined> {
  const { reader } = await ask(t, port, path);
  return (await reader.readHead())?.start;
}

const WELL = 'HTTP/1.1 200 OK';

test('a probe is answered although silent connections fill the listener: the oldest of them is closed', async (t) => {
  const port = await serve(t);
  const silent = [];
  for (let count = 0; count < ROOM; count += 1) silent.push(await open(t, port));
  const oldest = once(silent[0]!.resume(), 'close');
  assert.equal(await status(t, port, '/healthz'), WELL);
  await oldest;
  assert.equal(silent.filter(({ closed }) => closed).length, 1);
  for (let count = 0; count < 2 * ROOM; count += 1) assert.equal(await status(t, port, '/healthz'), WELL);
});

test('the silence of a kept connection counts from its last answer', async (t) => {
  const port = await serve(t);
  const { reader, socket } = await ask(t, port, '/healthz');
  await reader.readHead();
  await reader.read(2);
  const silent = [];
  for (let count = 1; count < ROOM; count += 1) silent.push(await open(t, port));
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await reader.readHead();
  await reader.read(2);
  const oldest = once(silent[0]!.resume(), 'close');
  assert.equal(await status(t, port, '/healthz'), WELL);
  await oldest;
  assert.equal(reader.ending, undefined);
});

test('a probe is answered although clients do not read their pages, and podway does not close the connections of these clients', async (t) => {
  const port = await serve(t);
  const readers = [];
  for (let count = 0; count < PAGES; count += 1) {
    const { reader, socket } = await ask(t, port, '/long');
    assert.equal((await reader.readHead())?.start, WELL);
    socket.pause();
    readers.push(socket);
  }
  assert.equal(await status(t, port, '/long'), 'HTTP/1.1 503 Service Unavailable');
  for (let count = 0; count < ROOM; count += 1) await open(t, port);
  assert.equal(await status(t, port, '/healthz'), WELL);
  assert.ok(readers.every(({ closed }) => !closed));
});

test('a client that pipelines its probes counts as one connection', async (t) => {
  const port = await serve(t);
  const socket = await open(t, port);
  const reader = new SocketReader(socket, 8_000);
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(50));
  for (let count = 0; count < 50; count += 1) {
    assert.equal((await reader.readHead())?.start, WELL);
    await reader.read(2);
  }
});
