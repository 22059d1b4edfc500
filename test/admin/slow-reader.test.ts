import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { plain } from '../../src/admin/answers.ts';
import { createAdminServer } from '../../src/admin/server.ts';

test('a client that does not read its answer is disconnected (PR-12)', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const page = () => plain(200, 'x'.repeat(32 * 1024 * 1024));
  const server = createAdminServer({ '/': page }, () => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  // The client gets a reset, so that it does not take the partial answer for a complete one.
  const ended: Promise<unknown[]> = once(socket, 'error');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'readable');
  t.mock.timers.tick(60_000);
  let read = 0;
  socket.on('data', (chunk: Buffer) => {
    read += chunk.length;
  });
  const [error] = await ended;
  assert.equal((error as NodeJS.ErrnoException).code, 'ECONNRESET');
  assert.ok(read < 32 * 1024 * 1024);
  server.close();
});

test('a client of a page that fails gets 500 without details, and the log has the error', async () => {
  const errors: unknown[] = [];
  const broken = () => {
    throw new Error('inner detail');
  };
  const server = createAdminServer({ '/': broken }, (error) => errors.push(error)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reply = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  assert.deepEqual([reply.status, await reply.text()], [500, 'internal error\n']);
  assert.equal(errors.length, 1);
  server.close();
  server.closeAllConnections();
});
