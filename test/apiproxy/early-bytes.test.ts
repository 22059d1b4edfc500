/** A client of `podway proxy` that sends bytes before its upgrade is answered. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { EarlyBytes } from '../../src/apiproxy/early-bytes.ts';
import { sendUpgrade } from '../../src/apiproxy/forward-upgrade.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { StreamServer } from '../fixtures/stream-server.ts';

/** A connection, with both of its ends. */
async function connected(): Promise<{ client: Socket; socket: Socket } & Disposable> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = await accepted;
  server.close();
  const end = (): void => {
    for (const it of [client, socket]) it.destroy();
  };
  return { client, socket, [Symbol.dispose]: end };
}

const CASES: readonly (readonly [string, (client: Socket) => void, 'end' | 'pause'])[] = [
  ['nothing more', (client) => client.end(), 'end'],
  ['bytes that are not read', (client) => client.end('x'.repeat(40_000)), 'end'],
  [
    'more bytes than podway buffers, so that it does not see the end',
    (client) => client.end('x'.repeat(200_000)),
    'pause',
  ],
];

for (const [name, send, event] of CASES) {
  test(`podway cancels the request of a client that ends its side and gets no answer for ten seconds: ${name}`, async (t) => {
    await using silent = await StreamServer.start({ answer: () => undefined });
    using ends = await connected();
    const { client, socket } = ends;
    const sent = request({ port: silent.port, headers: { connection: 'upgrade', upgrade: 'websocket' } });
    const early = new EarlyBytes(socket, Buffer.from('first'));
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const answered = sendUpgrade(sent, { socket, early });
    const over = once(socket, event);
    send(client);
    await over;
    t.mock.timers.tick(10_000);
    t.mock.timers.reset();
    await assert.rejects(withTimeout(answered, 'the end'), { code: 'ECONNRESET' });
  });
}

test('bytes that arrive before the answer go to the later reader, in order', async () => {
  using ends = await connected();
  const { client, socket } = ends;
  const early = new EarlyBytes(socket, Buffer.from('first,'));
  const came = once(socket, 'data');
  client.write('second,');
  await withTimeout(came, 'the bytes');
  assert.equal(early.release().toString(), 'first,second,');
  client.end('third');
  assert.equal((await withTimeout(buffer(socket), 'the rest')).toString(), 'third');
});

test('an end that arrived before a caller waits is reported immediately, and not to callers that no longer wait', async () => {
  using ends = await connected();
  const early = new EarlyBytes(ends.socket, Buffer.alloc(0));
  const calls: string[] = [];
  early.onEnd(() => calls.push('too early'))();
  const ended = once(ends.socket, 'end');
  ends.client.end();
  await withTimeout(ended, 'the end');
  early.onEnd(() => calls.push('at once'));
  assert.deepEqual(calls, ['at once']);
});
