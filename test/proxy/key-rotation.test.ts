import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { base64, secretManifest } from '../fixtures/manifest.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';

const spec = { pods: [{ name: 'app', namespace: 'a' }] };

async function statusWith(scene: Scene, key?: string): Promise<number> {
  const lines = key === undefined ? [] : [`X-ROUTING-API-KEY: ${base64(key)}`];
  return (await scene.exchange(get('/', ...lines))).status;
}

test('the creation, change and deletion of a Secret apply to the next request (E7, E9, E10)', async () => {
  await using scene = await startScene(spec);
  assert.equal(await statusWith(scene), 200);
  scene.router.applySecret(secretManifest('a', { 'api-key': 'first' }));
  assert.equal(await statusWith(scene), 403);
  assert.equal(await statusWith(scene, 'first'), 200);
  scene.router.applySecret(secretManifest('a', { 'api-key': 'second' }));
  assert.equal(await statusWith(scene, 'first'), 403);
  assert.equal(await statusWith(scene, 'second'), 200);
  scene.router.removeSecret('a');
  assert.equal(await statusWith(scene), 200);
});

test('several keys at once, for rotation', async () => {
  await using scene = await startScene(spec);
  scene.router.applySecret(
    secretManifest('a', { 'api-key': 'old', 'api-key.next': 'new', 'api-key2': 'no' }),
  );
  assert.equal(await statusWith(scene, 'old'), 200);
  assert.equal(await statusWith(scene, 'new'), 200);
  assert.equal(await statusWith(scene, 'no'), 403);
});

test('a Secret without the field denies all requests until the field is added (E11)', async () => {
  await using scene = await startScene(spec);
  scene.router.applySecret(secretManifest('a', { other: 'x' }));
  assert.equal(await statusWith(scene), 403);
  scene.router.applySecret(secretManifest('a', { other: 'x', 'api-key': 'now' }));
  assert.equal(await statusWith(scene, 'now'), 200);
});

test('on a kept connection the new key applies from the next request (E9)', async () => {
  await using scene = await startScene(spec);
  scene.router.applySecret(secretManifest('a', { 'api-key': 'first' }));
  using client = await scene.client();
  const request = get('/', `X-ROUTING-API-KEY: ${base64('first')}`);
  assert.equal((await client.exchange(request)).status, 200);
  scene.router.applySecret(secretManifest('a', { 'api-key': 'second' }));
  assert.equal((await client.exchange(request)).status, 403);
});
