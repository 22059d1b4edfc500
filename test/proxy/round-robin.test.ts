import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';

async function authors(scene: Scene, count: number): Promise<string[]> {
  const seen: string[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    seen.push((await scene.exchange(get('/'))).value('x-origin') ?? 'router');
  }
  return seen;
}

const trio = { pods: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] };

test('pods are picked in strict rotation, in the order of their names (P12)', async () => {
  await using scene = await startScene(trio);
  const seen = await authors(scene, 6);
  assert.deepEqual(seen.slice(0, 3).toSorted(), ['a', 'b', 'c']);
  assert.deepEqual(seen.slice(3), seen.slice(0, 3));
  assert.equal([...seen, ...seen].join('').includes('abc'), true);
});

test('the rotation advances per request, not per client connection', async () => {
  await using scene = await startScene(trio);
  using client = await scene.client();
  const seen = new Set<string | undefined>();
  for (let turn = 0; turn < 3; turn += 1) seen.add((await client.exchange(get('/'))).value('x-origin'));
  assert.equal(seen.size, 3);
});

test('the rotation continues after a change of the table', async () => {
  await using scene = await startScene(trio);
  const first = await authors(scene, 1);
  scene.router.applyPod(podManifest({ name: 'x', hosts: 'other.local', paths: '/', port: 1 }));
  const rest = await authors(scene, 2);
  assert.equal(new Set([...first, ...rest]).size, 3);
});

test('each route has its own rotation', async () => {
  await using scene = await startScene({ pods: trio.pods.map((pod) => ({ ...pod, paths: '/ /b' })) });
  const [first] = await authors(scene, 1);
  await scene.exchange(get('/b'));
  const second = await authors(scene, 2);
  assert.equal(new Set([first, ...second]).size, 3);
});

test('pods of the same name in two namespaces are different pods (T15)', async () => {
  await using scene = await startScene({
    pods: [{ name: 'web-0', namespace: 'n1' }],
  });
  const origin = scene.origin('web-0');
  scene.router.applyPod(
    podManifest({ name: 'web-0', namespace: 'n2', hosts: 't.local', paths: '/two', port: origin.port }),
  );
  assert.equal((await scene.exchange(get('/two'))).status, 200);
  scene.router.removePod('n2', 'web-0');
  assert.equal((await scene.exchange(get('/two'))).value('x-origin'), 'web-0');
});

test('unready and terminating pods get no requests', async () => {
  await using scene = await startScene({
    pods: [{ name: 'a' }, { name: 'b', condition: 'unready' }, { name: 'c', condition: 'terminating' }],
  });
  assert.deepEqual(new Set(await authors(scene, 6)), new Set(['a']));
});

test('a route with only unready pods answers 503 with Retry-After (P14)', async () => {
  await using scene = await startScene({ pods: [{ name: 'a', condition: 'unready' }] });
  const response = await scene.exchange(get('/'));
  assert.equal(response.status, 503);
  assert.match(response.value('retry-after') ?? '', /^[0-9]+$/);
  assert.equal(scene.origin('a').connections.length, 0);
});
