import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../rig/check.ts';
import { silence } from '../rig/origin.ts';
import { startScene } from '../rig/scene.ts';

test('DF-08 many clients that leave at once leave nothing behind', async () => {
  await using scene = await startScene({
    pods: [{ name: 'a', answer: [silence] }],
  });
  const clients = await Promise.all(Array.from({ length: 100 }, () => scene.client()));
  await Promise.all(clients.map((client) => client.send(get('/'))));
  await scene.origin('a').request(99);
  for (const client of clients) client.reset();
  while (scene.router.log.length < 100) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(scene.router.log.every(({ status }) => status === 499));
});
