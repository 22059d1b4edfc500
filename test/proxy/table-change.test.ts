import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { ok, until } from '../fixtures/origin.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { startRouter } from '../fixtures/router.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';

const manifest = (scene: Scene, name: string, changes: { hosts?: string; paths?: string } = {}) =>
  podManifest({ name, hosts: 't.local', paths: '/', port: scene.origin(name).port, ...changes });

async function author(scene: Scene, path = '/'): Promise<string | undefined> {
  return (await scene.exchange(get(path))).value('x-origin');
}

test('before pods and secrets are both listed, every request is 503', async () => {
  const router = await startRouter('unlisted');
  try {
    using client = await RawClient.connect(router.port);
    const response = await client.exchange(get('/'));
    assert.equal(response.status, 503);
    assert.match(response.value('retry-after') ?? '', /^[0-9]+$/);
  } finally {
    router.close();
  }
});

test('a deleted pod removes its path, the last pod of a host removes the host (E6, N47)', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'root', paths: '/root' },
      { name: 'app', paths: '/app' },
    ],
  });
  assert.equal(await author(scene, '/app'), 'app');
  scene.router.removePod('default', 'app');
  assert.equal((await scene.exchange(get('/app'))).status, 404);
  scene.router.removePod('default', 'root');
  using client = await scene.client();
  void client.send(get('/app'));
  assert.equal((await client.closed()).received.length, 0);
});

test("after a change of a running pod's host, the new host is routed and the old one is unknown (E15)", async () => {
  await using scene = await startScene({ pods: [{ name: 'a', hosts: 'old.local' }] });
  scene.router.applyPod(manifest(scene, 'a', { hosts: 't.local' }));
  assert.equal(await author(scene), 'a');
  using client = await scene.client();
  void client.send(get('/').replace('t.local', 'old.local'));
  assert.equal((await client.closed()).received.length, 0);
});

test('a pod whose address changes is reached only at the new address (E14)', async () => {
  await using scene = await startScene({ pods: [{ name: 'a' }, { name: 'moved', hosts: 'x.local' }] });
  assert.equal(await author(scene), 'a');
  scene.router.applyPod(
    podManifest({ name: 'a', hosts: 't.local', paths: '/', port: scene.origin('moved').port }),
  );
  assert.equal(await author(scene), 'moved');
  await scene.origin('a').connections[0]?.closed();
});

test('a running request is completed after its pod is deleted (N67)', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using scene = await startScene({
    pods: [{ name: 'a', answer: ['HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc', until(promise), 'def'] }],
  });
  using client = await scene.client();
  void client.send(get('/'));
  await client.reader.readUntil('abc');
  scene.router.removePod('default', 'a');
  resolve();
  assert.equal((await client.reader.read(3)).toString(), 'def');
  await scene.origin('a').connections[0]?.closed();
});

test('idle connections of a deleted pod are closed at once, and those of other pods stay open', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'a', paths: '/a' },
      { name: 'b', paths: '/b' },
    ],
  });
  using client = await scene.client();
  await client.exchange(get('/a'));
  await client.exchange(get('/b'));
  scene.router.removePod('default', 'a');
  await scene.origin('a').connections[0]?.closed();
  assert.equal((await client.exchange(get('/b'))).status, 200);
  assert.equal(scene.origin('b').connections.length, 1);
});

test('if another pod gets the address of a deleted one, old connections are not used for it (K8-24)', async () => {
  await using scene = await startScene({ pods: [{ name: 'a', answer: [ok('x')] }] });
  await scene.exchange(get('/'));
  scene.router.removePod('default', 'a');
  const { port } = scene.origin('a');
  scene.router.applyPod(podManifest({ name: 'b', namespace: 'other', hosts: 't.local', paths: '/', port }));
  await scene.exchange(get('/'));
  assert.equal(scene.origin('a').connections.length, 2);
});

test('a pod that becomes unready gets no new requests until it is ready again', async () => {
  await using scene = await startScene({ pods: [{ name: 'a' }, { name: 'b' }] });
  const { port } = scene.origin('a');
  const pod = { name: 'a', hosts: 't.local', paths: '/', port };
  scene.router.applyPod(podManifest({ ...pod, condition: 'unready' }));
  assert.deepEqual([await author(scene), await author(scene)], ['b', 'b']);
  scene.router.applyPod(podManifest(pod));
  assert.deepEqual(new Set([await author(scene), await author(scene)]), new Set(['a', 'b']));
});

test('invariant 10: a thousand changes of other routes close no connection', async () => {
  await using scene = await startScene({ pods: [{ name: 'a' }] });
  using client = await scene.client();
  for (let turn = 0; turn < 1000; turn += 1) {
    scene.router.applyPod(podManifest({ name: 'x', hosts: `h${turn % 7}.local`, paths: '/', port: 1 }));
    if (turn % 100 === 0) assert.equal((await client.exchange(get('/'))).status, 200);
  }
  assert.equal(scene.origin('a').connections.length, 1);
});

test('requests count once, for the namespace of their pod, even if their route changes in the meantime', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using scene = await startScene({
    pods: [
      { name: 'a', namespace: 'one', answer: [until(promise), ok('a')] },
      { name: 'b', namespace: 'two' },
    ],
  });
  using client = await scene.client();
  const begun = client.exchange(get('/'));
  for (let n = 0; n < 3; n += 1) {
    // Only the first request is at the pod that waits.
    if (n === 1) scene.router.removePod('one', 'a');
    assert.equal(await author(scene), 'b');
  }
  resolve();
  assert.equal((await begun).status, 200);
  const { requests } = scene.router.snapshot();
  const countedFor = (expected: string) =>
    requests.reduce((sum, { namespace, count }) => sum + (namespace === expected ? count : 0), 0);
  assert.deepEqual([countedFor('one'), countedFor('two'), countedFor('')], [1, 3, 0]);
});
