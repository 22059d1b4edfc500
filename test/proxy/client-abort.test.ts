import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { get } from '../fixtures/check.ts';
import { neverAnswer } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';

/** The limit in src/proxy/downstream/http1/downstream-connection.ts. */
const UNSENT_LIMIT = 65_536;

test('many clients that disconnect at the same time leave no state behind (DF-08)', async () => {
  await using scene = await startScene({
    pods: [{ name: 'a', answer: [neverAnswer] }],
  });
  const clients = await Promise.all(Array.from({ length: 100 }, () => scene.client()));
  await Promise.all(clients.map((client) => client.send(get('/'))));
  await scene.origin('a').request(99);
  for (const client of clients) client.reset();
  while (scene.router.log.length < 100) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(scene.router.log.every(({ status }) => status === 499));
});

test('the reset of a client from which podway does not read frees its pod (DF-07)', async () => {
  await using scene = await startScene({ pods: [{ name: 'a' }] });
  const origin = scene.origin('a');
  origin.onConnection = ({ socket }) => void socket.pause();
  using client = await scene.client();
  const body = Buffer.alloc(64 * 2 ** 20);
  void client.send(`POST / HTTP/1.1\r\nHost: t.local\r\nContent-Length: ${body.length}\r\n\r\n`);
  void client.send(body);
  const { socket } = await origin.connection();
  // podway holds so many bytes for the pod that it does not read from the client, and the pod takes no more of them.
  for (let held = 0, looks = 0; looks < 5; await sleep(20)) {
    const now = scene.router.snapshot().gauges.request_held_bytes;
    looks = now >= UNSENT_LIMIT && now === held ? looks + 1 : 0;
    held = now;
  }
  client.reset();
  while (scene.router.log.length < 1) await sleep(10);
  assert.equal(scene.router.log[0]?.status, 499);
  socket.resume();
});
