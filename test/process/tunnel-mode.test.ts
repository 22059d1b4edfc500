import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { Rule } from '../fixtures/kubernetes-api/authorise.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { identity } from '../fixtures/transports.ts';
import { startPodway } from './podway.ts';

// A podway process with its threads and a kubeconfig reaches pods through the API server.

const server: Server = createServer((request, response) => {
  response.end(`pod ${request.url}`);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
// It does not keep the process alive.
server.unref();
const { port } = server.address() as AddressInfo;
/** The pod cannot be reached at its address. */
const POD = podManifest({ name: 'a', hosts: 't.local', paths: '/', port, address: '203.0.113.7' });

const PODS: Rule = { resources: ['pods'], verbs: ['get', 'list', 'watch'] };
const TUNNELS: Rule = { resources: ['pods/portforward'], verbs: ['get', 'create'] };

/** Both subtests use one process: the permission that is missing at first is granted later. */
test('a developer without permission for Secrets', async (t) => {
  await using api = await KubernetesApi.start({ tls: await identity(), token: 'first', rules: [PODS] });
  api.apply(POD);
  await using podway = await startPodway({
    kubeconfig: JSON.parse(api.kubeconfig()),
    env: { POD_ACCESS: 'tunnel', KEYS: 'off', WORKERS: '2', UPSTREAM_IDLE_CONNECTIONS: '0' },
  });
  await podway.until(200);

  await t.test(
    'without the permission to open tunnels the response names the permission to grant, and no pod is ejected',
    async () => {
      const { status, headers } = await podway.get('/');
      assert.deepEqual([status, headers['x-podway-reason']], [503, 'tunnel-forbidden']);
      const grant = /grant apiGroups .*pods\/portforward.*get.*create/;
      await podway.eventually(async () => assert.match((await podway.admin('/readyz')).body, grant));
      await podway.eventually(async () => assert.match(podway.stdout, grant));
      const { body } = await podway.admin('/metrics');
      assert.match(body, /^podway_upstream_ejections_total 0$/m);
    },
  );

  await t.test('with the permission requests reach pods, even after the token is replaced', async () => {
    api.rules = [PODS, TUNNELS];
    await podway.eventually(async () => assert.equal((await podway.get('/x')).body, 'pod /x'));
    api.token = 'second';
    await podway.write('kubeconfig', JSON.parse(api.kubeconfig()));
    assert.equal((await podway.get('/y')).body, 'pod /y');
    const { body } = await podway.admin('/metrics');
    assert.match(body, /^podway_pod_tunnel_opens_total\{result="opened"\} 2$/m);
    assert.match(body, /^podway_pod_tunnels \d/m);
    assert.match(body, /^podway_pod_tunnel_open_seconds_count 2$/m);
    assert.match(body, /^podway_pod_tunnel_bytes_total\{direction="received"\} [1-9]/m);
    assert.ok(!api.requests.some(({ path }) => path.includes('secrets')), 'no Secret was requested');
  });

  podway.kill('SIGTERM');
  const { code, stdout, stderr } = await podway.ended;
  assert.equal(code, 0);
  assert.doesNotMatch(stdout + stderr, /Bearer|"first"|"second"/);
});
