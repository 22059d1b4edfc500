import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { type Answer, ok, reset, until } from '../fixtures/origin.ts';
import type { RawClient } from '../fixtures/raw-client.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';

const ERROR = 'HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n';
const REQUESTS = 60;

/** The number of requests that a pod has got. */
function requestsOf(scene: Scene, name: string): number {
  return scene.origin(name).received.split('GET /').length - 1;
}

/** Sends requests one after the other, without waiting for responses. */
async function flood(scene: Scene): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  for (let sent = 1; sent <= REQUESTS; sent += 1) {
    const client = await scene.client();
    clients.push(client);
    void client.send(get('/'));
    while (scene.router.log.length + scene.router.snapshot().gauges.exchanges_in_flight < sent)
      await new Promise(setImmediate);
  }
  return clients;
}

for (const [what, failing] of [
  ['answers 500', [ERROR]],
  ['resets each connection', [reset]],
] as const satisfies readonly (readonly [string, Answer])[])
  test(`least: a pod that ${what} immediately gets no more requests than the others (ingress-nginx#5540)`, async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const answer = [until(promise), ok('')];
    await using scene = await startScene({
      pods: [
        ...['a', 'b', 'c'].map((name) => ({ name, paths: '/ lb=least', answer })),
        { name: 'failing', paths: '/ lb=least', answer: failing },
      ],
      settings: { accessLog: 'json', connectTimeout: 60_000 },
    });
    await flood(scene);
    const drawn = requestsOf(scene, 'failing');
    // Tries after failures of the pod count, too.
    const all = ['a', 'b', 'c'].reduce((sum, name) => sum + requestsOf(scene, name), drawn);
    resolve();
    assert.ok(drawn > 0 && drawn <= all / 4 + 4, `${drawn} of ${all} tries with four pods`);
  });

test('least: a slow pod gets fewer requests than the others', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using scene = await startScene({
    pods: [
      { name: 'slow', paths: '/ lb=least', answer: [until(promise), ok('')] },
      ...['a', 'b', 'c'].map((name) => ({ name, paths: '/ lb=least', answer: [ok('')] })),
    ],
    settings: { accessLog: 'json' },
  });
  await flood(scene);
  const slow = requestsOf(scene, 'slow');
  resolve();
  assert.ok(slow <= 4, `${slow} of ${REQUESTS}`);
});
