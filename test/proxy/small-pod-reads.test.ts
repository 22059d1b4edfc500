import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { get } from '../fixtures/check.ts';
import { ok, type OriginRequest } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';

/** Behind such a head even a small body is written by itself, not joined with it. */
const LARGE_FIELD = `X-Large: ${'h'.repeat(15_990)}`;
const REQUESTS = 1_000;

/** The head and the body come with reads of their own, and the body into the buffer that all pods share. */
async function answer({ target, connection }: OriginRequest): Promise<void> {
  const [head, body] = ok(target.repeat(10), LARGE_FIELD).split('\r\n\r\n');
  connection.socket.write(`${head}\r\n\r\n`);
  await sleep(1);
  connection.socket.write(body ?? '');
}

test('what a pod sends is not overwritten by what other pods send, though the client takes it late', async () => {
  await using scene = await startScene({ pods: [{ name: 'a', answer }] });
  const clients = await Promise.all(Array.from({ length: 4 }, () => scene.client()));
  await Promise.all(
    clients.map(async (client, which) => {
      client.socket.pause();
      for (let at = 0; at < REQUESTS; at += 1) void client.send(get(`/${which}/${at}/`));
      // Until the router waits for the client.
      while (client.socket.readableLength === 0 && scene.router.snapshot().gauges.buffered_bytes === 0)
        await sleep(20);
      client.socket.resume();
      for (let at = 0; at < REQUESTS; at += 1)
        assert.equal((await client.response()).text, `/${which}/${at}/`.repeat(10));
    }),
  );
});
