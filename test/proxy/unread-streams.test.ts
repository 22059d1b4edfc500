import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { PREFACE, SETTING, settings } from '../fixtures/http2/frames.ts';
import type { Field } from '../fixtures/http2/hpack.ts';
import { pseudo } from '../fixtures/http2/raw-http2-client.ts';
import { ok } from '../fixtures/origin.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';

/** The client accepts no bytes of any body. */
const NO_WINDOW = [Buffer.from(PREFACE), settings([[SETTING.initialWindow, 0]])];
const spec = { pods: [{ name: 'a', answer: [ok('hello')] }], settings: { http2Plain: true, maxInFlight: 2 } };

const unknown = pseudo().map(([name, value]): Field => [name, name === ':authority' ? 'u.local' : value]);

/** Resolves when the router waits for no pod. */
async function answered({ router }: Scene): Promise<void> {
  while (router.snapshot().gauges.exchanges_in_flight > 0) await sleep(5);
}

const REFUSALS: readonly (readonly [name: string, fields: readonly Field[], answer: string])[] = [
  ['about the route', unknown, '404 unknown-host'],
  ['about the head', pseudo('GET', '/%'), '400 bad-path'],
  ['about a head that is not parsed', [...pseudo(), ['x-long', 'a'.repeat(8_000)]], '431 head-too-large'],
];

for (const [name, fields, answer] of REFUSALS) {
  test(`an answer of podway ${name} ends its stream although the client accepts no body`, async () => {
    await using scene = await startScene({
      ...spec,
      settings: { ...spec.settings, unknownHost: '404', maxRequestHead: 4_096 },
    });
    using client = await scene.http2Client(NO_WINDOW);
    client.request(1, fields);
    const { status, content, value } = await client.answer(1);
    assert.equal(`${status} ${value('x-podway-reason')}`, answer);
    assert.deepEqual([content.length, value('content-length')], [0, undefined]);
    assert.equal(scene.router.snapshot().gauges.http2_streams, 0);
  });
}

test('answers that an HTTP/2 client does not take count in MAX_IN_FLIGHT', async () => {
  await using scene = await startScene(spec);
  using client = await scene.http2Client(NO_WINDOW);
  client.request(1, pseudo());
  client.request(3, pseudo());
  await scene.origin('a').request(1);
  await answered(scene);
  assert.equal(scene.router.snapshot().gauges.http2_streams, 2);
  client.request(5, pseudo());
  const { status, value } = await client.answer(5);
  assert.equal(`${status} ${value('x-podway-reason')}`, '503 overload-in-flight');
});
