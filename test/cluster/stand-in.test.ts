import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { CoreV1Api, KubeConfig, makeInformer, Watch } from '@kubernetes/client-node';
import { KubernetesApi } from '../rig/kubernetes-api.ts';
import { pod } from './objects.ts';

// The stand-in is only worth something if clients that we did not write believe it.

/** client-node refuses plain HTTP unless told that there is no TLS to verify. */
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
    'a later page is of the same version',
  );
  const one = await client.readNamespacedPod({ namespace: 'default', name: 'a' });
  assert.equal(one.status?.podIP, '127.0.0.1');
  await assert.rejects(client.readNamespacedPod({ namespace: 'default', name: 'c' }), { code: 404 });
});

test("client-node's informer sees what is there and what changes", async () => {
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
  await api.watching('pods');
  api.apply(pod('b'));
  api.apply(pod('b', { address: '127.0.0.2' }));
  api.delete(pod('a'));
  await promise;
  await informer.stop();
  assert.deepEqual(seen, ['add a', 'add b', 'update b', 'delete a']);
});

test("client-node's watch is told 410 in the stream, and DELETED of an object that left the selection", async () => {
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
  assert.equal((await send('PATCH', 'application/strategic-merge-patch+json', {})).status, 415);
});

test('the real kubectl lists and watches it', async (t) => {
  const run = promisify(execFile);
  const found = await run('kubectl', ['version', '--client']).catch(() => undefined);
  if (found === undefined) return t.skip('no kubectl on this machine');
  const home = await mkdtemp(join(tmpdir(), 'podway-'));
  await using api = await KubernetesApi.start();
  try {
    api.apply(pod('a'));
    api.apply(pod('b', { namespace: 'other' }));
    const config = join(home, 'config');
    await writeFile(config, api.kubeconfig());
    const kubectl = async (...args: string[]) =>
      (await run('kubectl', args, { env: { PATH: process.env['PATH'], HOME: home, KUBECONFIG: config } }))
        .stdout;
    const names = await kubectl('get', 'pods', '-A', '-l', 'routable=true', '-o', 'name');
    assert.deepEqual(names.trim().split('\n'), ['pod/a', 'pod/b']);
    assert.match(await kubectl('get', 'pods', '-A'), /NAMESPACE +NAME[^\n]*\ndefault +a /);
    await kubectl('annotate', 'pod', 'a', 'routingHosts=new.local', '--overwrite');
    await kubectl('delete', 'pod', '-n', 'other', 'b', '--wait=false');
    const yaml = await kubectl('get', 'pods', '-A', '-o', 'yaml');
    assert.match(yaml, /routingHosts: new\.local/);
    assert.doesNotMatch(yaml, /name: b/);
  } finally {
    await rm(home, { recursive: true });
  }
});
