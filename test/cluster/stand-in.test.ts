import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CoreV1Api, KubeConfig, makeInformer, Watch } from '@kubernetes/client-node';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { strategicMergePatch } from '../fixtures/kubernetes-api/patch.ts';
import { pod } from './objects.ts';

// The stand-in is useful only if clients of other projects work with it.

/** client-node refuses plain HTTP unless it is configured not to verify TLS. */
function clientConfig(api: KubernetesApi): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'c', server: api.url, skipTLSVerify: true }, { name: 'u' });
  return config;
}

test("client-node's generated client lists, reads, creates and deletes", async () => {
  await using api = await KubernetesApi.start();
  const client = clientConfig(api).makeApiClient(CoreV1Api);
  for (const name of ['a', 'b', 'c']) {
    await client.createNamespacedPod({
      namespace: 'default',
      body: { metadata: { name }, status: { podIP: '127.0.0.1' } },
    });
  }
  const first = await client.listPodForAllNamespaces({ limit: 2 });
  assert.deepEqual(
    first.items.map((it) => it.metadata?.name),
    ['a', 'b'],
  );
  await client.deleteNamespacedPod({ namespace: 'default', name: 'c' });
  const { _continue: next = '' } = first.metadata ?? {};
  const second = await client.listPodForAllNamespaces({ limit: 2, _continue: next });
  assert.deepEqual(
    second.items.map((it) => it.metadata?.name),
    ['c'],
    'a later page has the same version',
  );
  const one = await client.readNamespacedPod({ namespace: 'default', name: 'a' });
  assert.equal(one.status?.podIP, '127.0.0.1');
  await assert.rejects(client.readNamespacedPod({ namespace: 'default', name: 'c' }), { code: 404 });
});

test("client-node's informer gets existing objects and changes", async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('a'));
  const config = clientConfig(api);
  const client = config.makeApiClient(CoreV1Api);
  const informer = makeInformer(config, '/api/v1/pods', () => client.listPodForAllNamespaces());
  const seen: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const verb of ['add', 'update', 'delete'] as const) {
    informer.on(verb, (object) => {
      seen.push(`${verb} ${object.metadata?.name}`);
      if (verb === 'delete') resolve();
    });
  }
  await informer.start();
  await api.untilWatching('pods');
  api.apply(pod('b'));
  api.apply(pod('b', { address: '127.0.0.2' }));
  api.delete(pod('a'));
  await promise;
  await informer.stop();
  assert.deepEqual(seen, ['add a', 'add b', 'update b', 'delete a']);
});

test("client-node's watch gets 410 in the stream, and DELETED for an object that left the selection", async () => {
  await using api = await KubernetesApi.start();
  const { resourceVersion } = api.apply(pod('a')).metadata;
  const events = async (version: string, change: () => void) => {
    const { promise, resolve } = Promise.withResolvers<{ type: string; code?: number }>();
    const query = { resourceVersion: version, labelSelector: 'routable=true' };
    const watch = new Watch(clientConfig(api));
    const seen = (type: string, object: { code?: number }) =>
      resolve({ type, ...(object.code && { code: object.code }) });
    const running = await watch.watch('/api/v1/pods', query, seen, () => undefined);
    change();
    const first = await promise;
    running.abort();
    return first;
  };
  const unlabelled = { ...pod('a'), metadata: { ...pod('a').metadata, labels: {} } };
  assert.deepEqual(await events(resourceVersion, () => api.apply(unlabelled)), { type: 'DELETED' });
  api.compact();
  assert.deepEqual(await events(resourceVersion, () => undefined), { type: 'ERROR', code: 410 });
});

test('merge patches, updates and conflicts over HTTP', async () => {
  await using api = await KubernetesApi.start();
  const created = api.apply(pod('a'));
  const url = `${api.url}/api/v1/namespaces/default/pods/a`;
  const send = async (method: string, type: string, body: object) => {
    const answer = await fetch(url, {
      method,
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as { metadata: { labels?: object } } };
  };
  const patched = await send('PATCH', 'application/merge-patch+json', {
    metadata: { labels: { routable: null, x: 'y' } },
  });
  assert.deepEqual(patched.body.metadata.labels, { x: 'y' });
  assert.equal((await send('PUT', 'application/json', created)).status, 409);
  assert.equal((await send('PATCH', 'application/unknown-patch', {})).status, 415);
});

const TWO = { containers: [{ name: 'a', image: '1' }, { name: 'b' }] };
const STRATEGIC: readonly (readonly [string, object, object, object])[] = [
  ['a map is merged, null removes', { a: 1, b: { c: 1 } }, { a: null, b: { d: 2 } }, { b: { c: 1, d: 2 } }],
  [
    'a list with a merge key is merged',
    TWO,
    { containers: [{ name: 'a', image: '2' }, { name: 'c' }] },
    { containers: [{ name: 'a', image: '2' }, { name: 'b' }, { name: 'c' }] },
  ],
  [
    'an item is deleted by its merge key',
    TWO,
    { containers: [{ name: 'a', $patch: 'delete' }] },
    { containers: [{ name: 'b' }] },
  ],
  [
    'the items are in the order of the patch',
    TWO,
    { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
    { containers: [{ name: 'b' }, { name: 'a', image: '1' }] },
  ],
  ['another list is replaced', { args: ['1', '2'] }, { args: ['3'] }, { args: ['3'] }],
  [
    'an item of a list of texts is deleted',
    { finalizers: ['1', '2'] },
    { '$deleteFromPrimitiveList/finalizers': ['1'] },
    { finalizers: ['2'] },
  ],
  ['a map is replaced', { a: { b: 1 } }, { a: { $patch: 'replace', c: 1 } }, { a: { c: 1 } }],
  ['keys are retained', { s: { type: 'x', x: 1 } }, { s: { $retainKeys: ['type'] } }, { s: { type: 'x' } }],
];

for (const [name, target, patch, result] of STRATEGIC) {
  test(`strategic merge patch: ${name}`, () => assert.deepEqual(strategicMergePatch(target, patch), result));
}
