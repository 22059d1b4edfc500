/** HOST_GRANTS=enforce of a real podway: an API server that is not reachable or refuses, and a folder of manifests. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { type Podway, runPodway, startPodway } from '../process/podway.ts';

const ENFORCE = { HOST_GRANTS: 'enforce', UNKNOWN_HOST: '404' };

/** A pod that answers immediately, and to /slow when the test allows it. */
async function somePod() {
  let answer: () => void = () => undefined;
  const asked = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    if (request.url !== '/slow') {
      response.end('pod');
      return;
    }
    answer = () => response.end('slow');
    asked.resolve();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    asked: asked.promise,
    answer: () => answer(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function namespace(name: string, grants: string) {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, annotations: { routingHosts: grants } },
  } as const;
}

function pod(name: string, port: number) {
  return podManifest({ name: `${name}-0`, namespace: name, hosts: 'a.local', paths: '/', port });
}

async function status(podway: Podway, expected: number): Promise<void> {
  await podway.eventually(async () => {
    const { status, body } = await podway.get('/', { host: 'a.local' });
    assert.equal(status, expected, body);
  });
}

test('podway requests only metadata, and an outage changes no grant (HG-01)', async () => {
  await using own = await somePod();
  await using api = await KubernetesApi.start();
  for (const it of [namespace('a', 'a.local'), namespace('b', ''), pod('a', own.port), pod('b', 1)])
    api.apply(it);
  await using podway = await startPodway({
    env: ENFORCE,
    kubeconfig: JSON.parse(api.kubeconfig()) as unknown,
  });
  await podway.until(200);
  await status(podway, 200);
  const asked = api.requests.filter(({ path }) => path === '/api/v1/namespaces');
  assert.ok(asked.length > 0);
  for (const { headers } of asked)
    assert.match(headers['accept']?.[0] ?? '', /as=PartialObjectMetadata(List)?;/);
  await api.down();
  await status(podway, 200);
  await api.up();
  const running = podway.get('/slow', { host: 'a.local' });
  await own.asked;
  api.apply(namespace('a', ''));
  await status(podway, 404);
  own.answer();
  assert.equal((await running).body, 'slow');
});

test('without the right to list Namespaces podway routes no request, and /readyz reports the reason', async () => {
  await using own = await somePod();
  await using api = await KubernetesApi.start({
    rules: [{ verbs: ['get', 'list', 'watch'], resources: ['pods', 'secrets'] }],
  });
  for (const it of [namespace('a', 'a.local'), pod('a', own.port)]) api.apply(it);
  await using podway = await startPodway({
    env: ENFORCE,
    kubeconfig: JSON.parse(api.kubeconfig()) as unknown,
  });
  await podway.eventually(async () => {
    const { status, body } = await podway.admin('/readyz');
    assert.equal(status, 503);
    assert.match(body, /namespaces/);
  });
  await status(podway, 503);
  api.rules = undefined;
  await podway.until(200);
  await status(podway, 200);
});

test('a folder may contain Namespaces next to pods', async () => {
  await using own = await somePod();
  await using podway = await startPodway({
    env: ENFORCE,
    manifests: {
      'a.json': namespace('a', 'a.local'),
      'pods.json': pod('a', own.port),
      'b.json': pod('b', 1),
    },
  });
  await podway.until(200);
  await status(podway, 200);
  const { body } = await podway.admin('/routes');
  const { grants, rejections } = JSON.parse(body) as { grants: unknown; rejections: { reason: string }[] };
  assert.deepEqual(grants, [{ host: 'a.local', path: '/', namespaces: ['a'] }]);
  assert.deepEqual(
    rejections.map(({ reason }) => reason),
    ['host-not-granted'],
  );
  await podway.write('a.json', namespace('a', 'other.local'));
  await status(podway, 404);
});

test('where Namespaces cannot be read, only settings grant hosts', async () => {
  const { code, stderr } = await runPodway({
    args: ['check'],
    env: { HOST_GRANTS: 'enforce', WATCH_NAMESPACE: 'a' },
  });
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^podway: HOST_GRANTS="enforce": expected HOST_GRANTS_DEFAULT or HOST_GRANTS_LIST with WATCH_NAMESPACE="a"/,
  );
});
