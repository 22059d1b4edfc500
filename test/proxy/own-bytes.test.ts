import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { type Action, untilDrained } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';

const SIZES = [100, 1_500, 3_000, 20_000, 70_000, 100_000, 300_000];
/** More than the kernel's loopback buffers on both sides of the router take. */
const UNREAD = 16 * 1024 * 1024;

/** The body of an answer: its name, repeated. The length of the name divides no size of a buffer. */
function bodyOf(name: string, size: number): Buffer {
  return Buffer.alloc(size, `${name};`);
}

/** Answers `/NAME/SIZE`. */
const answer: Action = async ({ target, connection: { socket } }) => {
  const [, name = '', size] = target.split('/');
  const body = bodyOf(name, Number(size));
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`);
  if (!socket.write(body)) await untilDrained(socket);
};

test('each client gets its own bytes, though answers of other clients are read into the same memory', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer }] });
  const slow = await Promise.all(Array.from({ length: 2 }, () => scene.client()));
  for (const [index, client] of slow.entries()) {
    await client.send(get(`/slow-${index}/${UNREAD}`));
    await client.head();
    client.socket.pause();
  }
  const fast = await Promise.all(Array.from({ length: 12 }, () => scene.client()));
  await Promise.all(
    fast.map(async (client, index) => {
      for (let round = 0; round < 20; round += 1) {
        const size = SIZES[(index + round) % SIZES.length] ?? 0;
        const name = `fast-${index}-${round}`;
        const { content } = await client.exchange(get(`/${name}/${size}`));
        assert.ok(content.equals(bodyOf(name, size)), `${name}: ${size} bytes`);
      }
    }),
  );
  for (const [index, client] of slow.entries()) {
    client.socket.resume();
    const body = await client.reader.read(UNREAD);
    assert.ok(body.equals(bodyOf(`slow-${index}`, UNREAD)), `slow-${index}`);
  }
});
