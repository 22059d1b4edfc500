import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { base64, secretManifest } from '../fixtures/manifest.ts';
import { type Scene, type SceneSpec, startScene } from '../fixtures/scene.ts';

const FORBIDDEN = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n';
const KEYED: SceneSpec = { pods: [{ name: 'app', namespace: 'a' }], keys: { a: 'first' } };
const NOTHING = { missing: 0, wrong: 0, repeated: 0, byPod: 0, uses: [] };

function key(value: string): string {
  return `X-ROUTING-API-KEY: ${base64(value)}`;
}

async function statuses(scene: Scene, ...requests: readonly (readonly string[])[]): Promise<number[]> {
  const answers: number[] = [];
  for (const lines of requests) answers.push((await scene.exchange(get('/', ...lines))).status);
  return answers;
}

test('the counts distinguish a missing, a wrong and a repeated key, and a refusal of a pod', async () => {
  await using scene = await startScene(KEYED);
  const answers = await statuses(scene, [], [], [key('no')], [key('first'), key('first')], [key('first')]);
  assert.deepEqual(answers, [403, 403, 403, 403, 200]);
  scene.origin('app').answer = [FORBIDDEN];
  assert.deepEqual(await statuses(scene, [key('first')], [key('first')], [key('first')]), [403, 403, 403]);
  assert.deepEqual(scene.router.snapshot().keys, [
    { namespace: 'a', missing: 2, wrong: 1, repeated: 1, byPod: 3, uses: [['api-key', 4]] },
  ]);
  assert.deepEqual(scene.router.snapshot().keys, [], 'no count is reported twice');
});

test('a refusal by a pod of an open namespace is not counted', async () => {
  await using scene = await startScene({ pods: [{ name: 'app', answer: [FORBIDDEN] }] });
  assert.deepEqual(await statuses(scene, []), [403]);
  assert.deepEqual(scene.router.snapshot().keys, []);
});

test('the field shows which of several keys is used, across a rotation', async () => {
  await using scene = await startScene(KEYED);
  scene.router.applySecret(secretManifest('a', { 'api-key': 'first', 'api-key.next': 'second' }));
  const answers = await statuses(scene, [key('first')], [key('second')], [key('second')]);
  assert.deepEqual(answers, [200, 200, 200]);
  // The second step of the rotation comes before the counts are read.
  scene.router.applySecret(secretManifest('a', { 'api-key': 'second' }));
  assert.deepEqual(await statuses(scene, [key('second')], [key('first')]), [200, 403]);
  const counted = scene.router.snapshot().keys.map(({ uses, wrong }) => [Object.fromEntries(uses), wrong]);
  assert.deepEqual(counted, [
    [{ 'api-key': 1, 'api-key.next': 2 }, 0],
    [{ 'api-key': 1 }, 1],
  ]);
});

test('on a route of several namespaces a wrong key counts for each keyed namespace', async () => {
  await using scene = await startScene({
    pods: ['a', 'b', 'open'].map((namespace) => ({ name: namespace, namespace })),
    keys: { a: 'of a', b: 'of b' },
  });
  assert.deepEqual(await statuses(scene, [], [key('of b')], [key('no')]), [200, 200, 403]);
  const counted = scene.router.snapshot().keys.toSorted((x, y) => (x.namespace < y.namespace ? -1 : 1));
  assert.deepEqual(counted, [
    { ...NOTHING, namespace: 'a', wrong: 1 },
    { ...NOTHING, namespace: 'b', wrong: 1, uses: [['api-key', 1]] },
  ]);
});

test('a Secret with any number of fields has a bounded number of names', async () => {
  await using scene = await startScene(KEYED);
  const fields = Array.from({ length: 100 }, (_, n) => [`api-key.${n}`, `key ${n}`] as const);
  scene.router.applySecret(secretManifest('a', Object.fromEntries(fields)));
  for (const [, value] of fields) assert.deepEqual(await statuses(scene, [key(value)]), [200]);
  const uses = scene.router.snapshot().keys.flatMap((it) => it.uses);
  assert.equal(new Set(uses.map(([field]) => field)).size, 17);
});
