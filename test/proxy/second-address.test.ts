import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { startBlackHole } from '../fixtures/black-hole.ts';
import { get, post } from '../fixtures/check.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { Origin } from '../fixtures/origin.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';

const skip = await new Promise<string | false>((resolve) => {
  const server = createServer().once('error', () => resolve('no IPv6 on this machine'));
  server.listen(0, '::1', () => server.close(() => resolve(false)));
});

interface Addresses {
  readonly address: string;
  readonly secondAddress?: string;
}

/** A router with one pod, which listens where `origin` does and has `addresses` in the cluster. */
async function sceneWith(origin: Origin, addresses: Addresses, settings?: SettingsOverrides): Promise<Scene> {
  const scene = await startScene({ pods: [], ...(settings && { settings }) });
  move(scene, origin, addresses);
  return scene;
}

function move(scene: Scene, origin: Origin, addresses: Addresses): void {
  scene.router.applyPod(
    podManifest({ name: 'dual', hosts: 't.local', paths: '/', port: origin.port, ...addresses }),
  );
}

/** The total time of several requests. Each has its own connection to a pod. */
async function ask(scene: Scene, requests: number): Promise<void> {
  for (let round = 0; round < requests; round += 1) {
    const { status } = await scene.exchange(round % 2 === 0 ? get('/') : post('/', 'body'));
    assert.equal(status, 200);
  }
}

const fresh: SettingsOverrides = { upstreamIdleConnections: 0 };

for (const [what, address] of [
  ['refuses', '127.0.0.1'],
  ['cannot be reached', '255.255.255.255'],
] as const) {
  test(`when the first address ${what}, podway tries the second one and remembers it`, { skip }, async () => {
    const origin = await Origin.start('dual', undefined, { host: '::1' });
    await using scene = await sceneWith(origin, { address, secondAddress: '::1' }, fresh);
    await ask(scene, 6);
    const { scalars } = scene.router.snapshot();
    assert.equal(origin.connections.length, 6);
    assert.equal(scalars.upstream_connections_opened, 7, 'only the first request was delayed');
    assert.equal(scalars.upstream_ejections, 0);
    assert.equal(scalars.upstream_connect_failures, 0);
    assert.equal(scene.router.log.at(-1)?.upstreamAddress, `[::1]:${origin.port}`);
    await origin.close();
  });
}

test('when the first address drops every packet, only one request waits for the connect timeout', {
  skip,
}, async () => {
  await using hole = await startBlackHole();
  const origin = await Origin.start('dual', undefined, { host: '::1', port: hole.port });
  await using scene = await sceneWith(
    origin,
    { address: '127.0.0.1', secondAddress: '::1' },
    { ...fresh, connectTimeout: 150 },
  );
  await ask(scene, 6);
  assert.equal(scene.router.snapshot().scalars.upstream_connections_opened, 7);
  assert.equal(scene.router.log.at(-1)?.upstreamAddress, `[::1]:${origin.port}`);
  await origin.close();
});

test('an address that stops working is forgotten: the first address is tried again', {
  skip,
}, async () => {
  const second = await Origin.start('dual');
  await using scene = await sceneWith(second, { address: '::1', secondAddress: '127.0.0.1' }, fresh);
  await ask(scene, 2);
  const { port } = second;
  await second.close();
  const first = await Origin.start('dual', undefined, { host: '::1', port });
  await ask(scene, 4);
  assert.equal(first.connections.length, 4);
  assert.equal(scene.router.snapshot().scalars.upstream_connections_opened, 3 + 5);
  await first.close();
});

test('a pod that refuses connections at both addresses is ejected once, with that reason', {
  skip,
}, async () => {
  const origin = await Origin.start('dual');
  await using scene = await sceneWith(origin, { address: '::1', secondAddress: '127.0.0.1' });
  await origin.close();
  const answer = await scene.exchange(get('/'));
  assert.deepEqual([answer.status, answer.value('x-podway-reason')], [502, 'connect-refused']);
  const { scalars } = scene.router.snapshot();
  assert.deepEqual([scalars.upstream_connect_failures, scalars.upstream_ejections], [1, 1]);
});

test('a second address that is added later is used, and does not make another endpoint', {
  skip,
}, async () => {
  const origin = await Origin.start('dual');
  await using scene = await sceneWith(origin, { address: '::1' }, fresh);
  assert.equal((await scene.exchange(get('/'))).status, 502);
  move(scene, origin, { address: '::1', secondAddress: '127.0.0.1' });
  await ask(scene, 2);
  move(scene, origin, { address: '::1' });
  assert.equal((await scene.exchange(get('/'))).status, 502);
  await origin.close();
});
