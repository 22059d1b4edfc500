import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { MAX_JOINED_BYTES, SMALL_BODY, writeTogether } from '../../src/proxy/bytes/write-parts.ts';

/** Number of writes that fill the kernel's buffers. */
const MOST = 10_000;

for (const [size, isKept] of [
  [SMALL_BODY, false],
  [SMALL_BODY + 1, true],
] as const) {
  test(`a write that the kernel does not take keeps a reference to its ${size} bytes behind a large head: ${isKept}`, async () => {
    await using server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [[accepted]] = (await Promise.all([once(server, 'connection'), once(socket, 'connect')])) as [
      [Socket],
      unknown,
    ];
    const parts = {
      text: 'h'.repeat(MAX_JOINED_BYTES),
      buf: Buffer.alloc(size, 'b'),
      start: 0,
      end: size,
      tail: '',
    };
    let kept = false;
    for (let count = 0; count < MOST && socket.writableLength === 0; count += 1)
      kept = writeTogether(socket, parts);
    const isFull = socket.writableLength > 0;
    socket.destroy();
    accepted.destroy();
    assert.ok(isFull, "the kernel's buffers are full");
    assert.equal(kept, isKept);
  });
}
