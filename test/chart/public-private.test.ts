import assert from 'node:assert/strict';
import { startPodway } from '../process/podway.ts';
import { base64, podManifest, secretManifest } from '../fixtures/manifest.ts';
import { Origin } from '../fixtures/origin.ts';
import { workloads } from './check-release.ts';
import { chartTest, render } from './release.ts';

const HEADER = 'x-routing-api-key';

/** k8s-router's multi-purpose deployment: one pod, two routers, two sets of hosts, paths and keys. */
chartTest('a public and a private router of one release serve only their own routes', async (tools) => {
  const routers = workloads(await render(tools, {}, 'public-private.yaml'));
  assert.deepEqual(
    new Set(routers.map(({ container }) => container.ports?.[0]?.hostPort)),
    new Set([80, 81]),
  );
  const origin = await Origin.start('web');
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => origin.close());
  const { port } = origin;
  const web = podManifest({
    name: 'web',
    namespace: 'shop',
    hosts: 'ignored.local',
    paths: '/',
    port,
    annotations: {
      publicHosts: 'api.local',
      publicPaths: `${port}:/`,
      privateHosts: 'api.local internal.local',
      privatePaths: `${port}:/admin`,
    },
  });
  const manifests = {
    'pod.json': web,
    'secret.json': secretManifest('shop', { 'public-api-key': 'open', 'private-api-key': 'closed' }),
  };
  const status: Record<string, Record<string, number | string>> = {};
  for (const { object, environment } of routers) {
    const { PORT: _, ADMIN_PORT: __, ...env } = environment;
    await using podway = await startPodway({ env: { ...env, UNKNOWN_HOST: '421' }, manifests });
    await podway.until(200);
    const ask = async (host: string, path: string, key: string) =>
      (await podway.get(path, { host, [HEADER]: base64(key) })).status;
    status[object.metadata.labels?.['app.kubernetes.io/component'] ?? ''] = {
      'public path, public key': await ask('api.local', '/', 'open'),
      'public path, private key': await ask('api.local', '/', 'closed'),
      'private path, private key': await ask('api.local', '/admin', 'closed'),
      'private path, public key': await ask('api.local', '/admin', 'open'),
      'private host': await ask('internal.local', '/admin', 'closed'),
      'the default annotation': await ask('ignored.local', '/', 'open'),
    };
  }
  assert.deepEqual(status, {
    public: {
      'public path, public key': 200,
      'public path, private key': 403,
      // For the public router this path is an ordinary path below /.
      'private path, private key': 403,
      'private path, public key': 200,
      'private host': 421,
      'the default annotation': 421,
    },
    private: {
      'public path, public key': 404,
      'public path, private key': 404,
      'private path, private key': 200,
      'private path, public key': 403,
      'private host': 200,
      'the default annotation': 421,
    },
  });
});

chartTest('as two releases they get the same settings', async (tools) => {
  const together = workloads(await render(tools, {}, 'public-private.yaml'));
  const apart = [
    ...workloads(await render(tools, {}, 'private.yaml')),
    ...workloads(await render(tools, {}, 'public.yaml')),
  ];
  const settingsOf = (list: typeof apart) =>
    list.map(({ environment, container }) => [environment, container.ports?.[0]]);
  assert.deepEqual(settingsOf(apart), settingsOf(together));
});
