import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pick, type Random, randomFrom } from '../http1/random.ts';
import { startBlackHole } from '../fixtures/black-hole.ts';
import { chunked, get, head, post } from '../fixtures/check.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { type Action, halfClose, ok, readBody, reset, neverAnswer } from '../fixtures/origin.ts';
import type { RawClient } from '../fixtures/raw-client.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';
import { echoing, handshake } from '../fixtures/websocket.ts';

const SEED = Number(process.env['HELD_SEED'] ?? 1);
const CLIENTS = Number(process.env['HELD_CLIENTS'] ?? 60);
const COLLECTED = 20_000;
const LARGEST = 300_000;

/** A pod that reads no byte from its socket. */
const unread: Action = ({ connection }) => void connection.socket.pause();

const PODS = [
  { name: 'well', answer: [readBody, ok('well')] },
  { name: 'early', answer: [ok('early')] },
  {
    name: 'stream',
    answer: ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nflow\r\n', neverAnswer],
  },
  { name: 'closes', answer: [halfClose] },
  { name: 'resets', answer: [reset] },
  { name: 'breaks', answer: ['HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', reset] },
  { name: 'silent', answer: [neverAnswer] },
  { name: 'unread', answer: [unread, neverAnswer] },
  { name: 'login', answer: ['HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n'] },
  { name: 'echo', answer: echoing },
].map((site) => ({ ...site, paths: `/${site.name}` }));
const PATHS = [...PODS.map(({ paths }) => paths), '/refuses', '/hole', '/none'];

function body(random: Random): string {
  return 'x'.repeat(pick([1, 500, COLLECTED, COLLECTED + 1, 100_000, LARGEST, LARGEST + 1], random));
}

/** A request: complete or truncated, valid or refused. */
function request(random: Random): string {
  const path = pick(PATHS, random);
  const expect = random(4) === 0 ? ['Expect: 100-continue'] : [];
  const whole = [
    () => get(path),
    () => get(path, 'Authorization: NTLM who'),
    () => post(path, body(random), ...expect),
    () =>
      head(`PUT ${path} HTTP/1.1`, 'Host: t.local', 'Transfer-Encoding: chunked', ...expect) +
      chunked(body(random), 'rest'),
    () => `${handshake('/echo')}early${body(random)}`,
    () => post(path, '', 'Transfer-Encoding: chunked'),
    () => `GET ${path} HTTP/1.1\r\nHost: t.local\r\nX: ${'y'.repeat(random(40_000))}\r\n\r\n`,
  ];
  const text = pick(whole, random)();
  return random(4) === 0 ? text.slice(0, random(text.length)) : text;
}

async function talk(client: RawClient, random: Random): Promise<void> {
  for (let left = random(3); left >= 0; left -= 1) {
    const requests = Array.from({ length: 1 + random(3) }, () => request(random));
    await Promise.race([client.send(requests.join('')), sleep(random(40))]);
    if (random(3) === 0) await sleep(random(60));
  }
  const ends = [() => client.close(), () => client.reset(), () => client.halfClose(), () => undefined];
  pick(ends, random)();
}

function held(scene: Scene): number {
  return scene.router.snapshot().gauges.request_held_bytes;
}

async function allEnded(scene: Scene): Promise<void> {
  while (scene.router.snapshot().gauges.downstream_connections > 0) await sleep(20);
}

/**
 * HELD_CLIENTS=5000 makes a long run; HELD_SEED sets the seed.
 */
for (const [name, settings] of [
  ['', {}],
  [', collected', { collectRequest: COLLECTED }],
  [', with little memory', { collectRequest: COLLECTED, requestMemory: 300_000 }],
] as const) {
  test(`${CLIENTS} clients end in all ways${name}: no byte of them still counts as held, seed ${SEED}`, async () => {
    await using hole = await startBlackHole();
    await using scene = await startScene({
      pods: [...PODS, { name: 'refuses', paths: '/refuses', refuses: true }],
      settings: {
        ...settings,
        clientMaxBodySize: LARGEST,
        requestHeadTimeout: 150,
        keepaliveTimeout: 200,
        clientIdleTimeout: 200,
        connectTimeout: 100,
        responseHeadTimeout: 200,
        upstreamIdleTimeout: 250,
        tunnelIdleTimeout: 200,
        lingerTimeout: 100,
      },
    });
    scene.router.applyPod(podManifest({ name: 'hole', hosts: 't.local', paths: '/hole', port: hole.port }));
    const random = randomFrom(SEED);
    const clients = [];
    for (let count = 0; count < CLIENTS; count += 1) {
      const client = await scene.client();
      clients.push(talk(client, random));
      if (count % 100 === 99) await Promise.all(clients.splice(0));
    }
    await Promise.all(clients);
    await withTimeout(allEnded(scene), 'the end of every client');
    assert.equal(held(scene), 0);
  });
}
