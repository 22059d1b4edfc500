import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { PageSocket } from '../../src/terminal/page-socket.ts';
import { TestClock } from '../cluster/test-clock.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';

interface Breach {
  readonly name: string;
  /** Messages of the page, in hexadecimal; `text`: not binary. */
  readonly sends: readonly (string | { readonly text: string })[];
  readonly code: number;
}

/** A page that sends these messages is closed with this code, and its last message has no effect. */
const BREACHES: readonly Breach[] = [
  { name: 'an unknown kind', sends: ['09'], code: 1008 },
  { name: 'an empty message', sends: [''], code: 1008 },
  { name: 'text', sends: [{ text: 'ls' }], code: 1008 },
  { name: 'a size with a byte too many', sends: ['01005000180000'], code: 1008 },
  { name: 'an acknowledgement of bytes that were never sent', sends: ['0200000001'], code: 1008 },
  { name: 'more input than the window allows', sends: Array(3).fill(`00${'78'.repeat(32_768)}`), code: 1008 },
  { name: 'a message that is too long', sends: [`00${'78'.repeat(32_769)}`], code: 1009 },
];

for (const { name, sends, code } of BREACHES) {
  test(`the connection of a page that sends ${name} is closed`, async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 32_769 });
    await once(server, 'listening');
    let input = 0;
    const gone = Promise.withResolvers<{ readonly violated: boolean }>();
    server.on('connection', (socket) => {
      const page = new PageSocket(socket, new TestClock(), {
        // The pod does not read, so no input is acknowledged.
        input: (bytes) => void (input += bytes.length),
        resize: () => assert.fail('a size'),
      });
      void page.gone.then(gone.resolve);
    });
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await once(client, 'open');
    for (const message of sends)
      client.send(typeof message === 'string' ? Buffer.from(message, 'hex') : message.text);
    const [closed] = (await withTimeout(once(client, 'close'), 'the close frame')) as [number];
    assert.equal(closed, code);
    assert.equal((await gone.promise).violated, code === 1008);
    assert.ok(input <= 65_536);
    server.close();
  });
}

test('a page that sends and does not read needs little memory: one pong, one acknowledgement, and its window of input', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false });
  await once(server, 'listening');
  const connected = once(server, 'connection') as Promise<[WebSocket]>;
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = await connected;
  await once(client, 'open');
  const pieces: Buffer[] = [];
  const waiting: (() => void)[] = [];
  const page = new PageSocket(socket, new TestClock(), {
    input: (bytes, taken) => {
      pieces.push(bytes);
      waiting.push(taken);
    },
    resize: () => last.resolve(),
  });
  const last = Promise.withResolvers<void>();
  // Written bytes stay in this process, as with a peer that does not read.
  const below = Reflect.get(socket, '_socket') as Duplex;
  below.cork();
  for (let at = 0; at < 10_000; at += 1) {
    client.ping();
    client.send(Buffer.of(0));
    client.send(Buffer.of(0, at & 0xff));
  }
  client.send(Buffer.from('0100500018', 'hex'));
  await withTimeout(last.promise, 'the last message');
  assert.equal(pieces.length, 1, 'the second piece waits until the first one is taken');
  waiting.shift()?.();
  assert.deepEqual(
    pieces.map(({ length }) => length),
    [1, 9_999],
  );
  assert.ok(pieces[1]?.every((byte, at) => byte === ((at + 1) & 0xff)));
  // A pong, and the acknowledgement of the bytes that were taken.
  assert.ok(socket.bufferedAmount < 64, `${socket.bufferedAmount} bytes wait`);
  below.uncork();
  waiting.shift()?.();
  let taken = 0;
  while (taken < 10_000) {
    const [message] = (await withTimeout(once(client, 'message'), 'an acknowledgement')) as [Buffer];
    taken += message.readUInt32BE(1);
  }
  assert.equal(taken, 10_000);
  client.terminate();
  await page.gone;
  server.close();
});
