import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { get } from '../fixtures/check.ts';
import { PREFACE, SETTING, settings } from '../fixtures/http2/frames.ts';
import { pseudo } from '../fixtures/http2/raw-http2-client.ts';
import { neverAnswer, ok } from '../fixtures/origin.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import { handshake, switching } from '../fixtures/websocket.ts';

/** One client may use 75 % of these, which are 6. */
const MAX = 8;
const SHARE = 6;
/** The client accepts no bytes of any body. */
const NO_WINDOW = [Buffer.from(PREFACE), settings([[SETTING.initialWindow, 0]])];
const REFUSED = '503 overload-client';
const OTHER_ADDRESS = '127.0.0.2';
const LONG = 'x'.repeat(1_000_000);

async function sceneOf(more: SettingsOverrides = {}): Promise<Scene> {
  return await startScene({
    pods: [
      { name: 'quick', paths: '/', answer: [ok('hello')] },
      { name: 'long', paths: '/long', answer: [ok(LONG)] },
      { name: 'silent', paths: '/silent', answer: neverAnswer },
      { name: 'tunnel', paths: '/ws', answer: [switching(), neverAnswer] },
    ],
    settings: { http2Plain: true, maxInFlight: MAX, maxInFlightShare: 75, drainTimeout: 50, ...more },
  });
}

interface Response {
  readonly status: number;
  readonly value: (name: string) => string | undefined;
}

function described({ status, value }: Response): string {
  return `${status} ${value('x-podway-reason') ?? ''}`.trim();
}

/** The response to a request on a new connection. */
async function responseTo(scene: Scene, request: string, address?: string): Promise<string> {
  using client = await RawClient.connect(scene.router.port, '127.0.0.1', address);
  return described(await client.exchange(request));
}

/** Resolves when this many streams are open, and when `busy` of them still wait for their pod. */
async function untilOpen({ router }: Scene, streams: number, busy: number): Promise<void> {
  for (;;) {
    const { http2_streams: open, exchanges_in_flight: inFlight } = router.snapshot().gauges;
    if (open === streams && inFlight === busy) return;
    await sleep(5);
  }
}

/** Opens connections with one unanswered request each, and waits until the silent pod has all of them. */
async function keepWaiting(scene: Scene, requests: readonly string[]): Promise<AsyncDisposable> {
  const { port } = scene.router;
  const clients = await Promise.all(requests.map(async () => await RawClient.connect(port)));
  for (const [at, client] of clients.entries()) await client.send(requests[at] as string);
  await scene.origin('silent').request(requests.length - 1);
  return {
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.reset();
      await untilOpen(scene, 0, 0);
    },
  };
}

for (const [path, busy] of [
  ['/', 0],
  ['/long', SHARE],
] as const)
  test(`answers of ${path} that one HTTP/2 client does not take leave room for other clients`, async () => {
    await using scene = await sceneOf();
    using client = await scene.http2Client(NO_WINDOW);
    for (let at = 0; at < SHARE; at += 1) client.request(2 * at + 1, pseudo('GET', path));
    await untilOpen(scene, SHARE, busy);
    const next = 2 * SHARE + 1;
    client.request(next, pseudo());
    assert.equal(described(await client.answer(next)), REFUSED);
    assert.equal(await responseTo(scene, get('/'), OTHER_ADDRESS), '200');
    assert.deepEqual(scene.router.snapshot().refusals, [{ reason: 'overload-client', count: 1 }]);
  });

test('requests of one client on many HTTP/1.1 connections leave room for other clients', async () => {
  await using scene = await sceneOf();
  await using _ = await keepWaiting(scene, Array(SHARE).fill(get('/silent')));
  assert.equal(await responseTo(scene, get('/')), REFUSED);
  assert.equal(await responseTo(scene, get('/'), OTHER_ADDRESS), '200');
});

test('a client gets its share again when its requests have ended', async () => {
  await using scene = await sceneOf();
  {
    await using _ = await keepWaiting(scene, Array(SHARE).fill(get('/silent')));
    assert.equal(await responseTo(scene, get('/')), REFUSED);
  }
  assert.equal(await responseTo(scene, get('/')), '200');
});

test('clients of a trusted proxy are counted by the addresses that it reports', async () => {
  await using scene = await sceneOf({ trustedProxies: ['127.0.0.1'] });
  const from = (path: string, address: string) => get(path, `X-Forwarded-For: ${address}`);
  const sixOfOne = ['1', '2', '3', '4', '5', '6'].map((it) => from('/silent', `2001:db8::${it}`));
  await using _ = await keepWaiting(scene, sixOfOne);
  assert.equal(await responseTo(scene, from('/', '2001:db8::7')), REFUSED);
  assert.equal(await responseTo(scene, from('/', '2001:db8:0:1::7')), '200');
  assert.equal(await responseTo(scene, from('/', '192.0.2.1')), '200');
});

test('above MAX_IN_FLIGHT all clients are refused, and MAX_IN_FLIGHT_SHARE=100 gives all of it to one', async () => {
  await using scene = await sceneOf({ maxInFlightShare: 100 });
  await using _ = await keepWaiting(scene, Array(MAX).fill(get('/silent')));
  for (const address of ['127.0.0.1', OTHER_ADDRESS])
    assert.equal(await responseTo(scene, get('/'), address), '503 overload-in-flight');
});

test('WebSockets do not use up the share of their client', async () => {
  await using scene = await sceneOf();
  const clients = await Promise.all(
    Array.from({ length: MAX }, async () => await RawClient.connect(scene.router.port)),
  );
  for (const client of clients) {
    await client.send(handshake('/ws'));
    assert.match((await client.head()).start, / 101 /);
  }
  assert.equal(await responseTo(scene, get('/')), '200');
  for (const client of clients) client.reset();
});

for (const path of ['/', '/long'])
  test(`an answer of ${path} that an HTTP/2 client does not take ends after CLIENT_IDLE_TIMEOUT`, async () => {
    await using scene = await sceneOf({ clientIdleTimeout: 300 });
    using client = await scene.http2Client(NO_WINDOW);
    for (let at = 0; at < SHARE; at += 1) client.request(2 * at + 1, pseudo('GET', path));
    for (let at = 0; at < SHARE; at += 1) await client.ending(2 * at + 1);
    await untilOpen(scene, 0, 0);
    assert.equal(await responseTo(scene, get('/')), '200');
  });
