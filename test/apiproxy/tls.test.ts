import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { applyPodAt } from '../cluster/pod-and-service.ts';
import { LocalProxy } from '../fixtures/api-proxy.ts';
import { Authority } from '../fixtures/authority.ts';
import { inTime } from '../fixtures/in-time.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { kubeconfigOf } from '../fixtures/kubernetes-api/kubeconfig.ts';
import { type Seen, startTellingPod } from '../fixtures/telling-pod.ts';

const run = promisify(execFile);
const POD = '/api/v1/namespaces/default/pods/a';

async function open(origin: string, path: string): Promise<Seen> {
  const socket = new WebSocket(origin.replace('http', 'ws') + path);
  const [data] = (await inTime(once(socket, 'message'), path)) as [Buffer];
  socket.terminate();
  return JSON.parse(data.toString()) as Seen;
}

test('over TLS, with a client certificate and a server that prefers HTTP/2', async (t) => {
  if ((await run('openssl', ['version']).catch(() => undefined)) === undefined)
    return t.skip('no openssl on this machine');
  await using authority = new Authority(await mkdtemp(join(tmpdir(), 'podway-')));
  await authority.found();
  for (const name of ['server', 'me']) await authority.sign(name);
  const ca = await authority.read('ca');
  const tls = { key: await authority.read('server.key'), cert: await authority.read('server'), ca };
  await using api = await KubernetesApi.start({ tls });
  await using pod = await startTellingPod();
  applyPodAt(api, pod.port);
  const user = { 'client-certificate': authority.path('me'), 'client-key': authority.path('me.key') };
  {
    await using proxy = await LocalProxy.start(() => api.kubeconfig(user));
    assert.equal((await proxy.ask('/api/v1/pods')).status, 200);
    assert.equal((await proxy.ask('/api/v1/pods')).status, 200);
    assert.equal((await open(proxy.origin, `${POD}/proxy/x`)).url, '/x');
    const { url, headers } = await open(proxy.origin, `${POD}/proxy/x?y`);
    assert.deepEqual([url, headers.host], ['/x?y', new URL(api.url).host]);
  }
  assert.deepEqual(new Set(api.requests.map((it) => it.certificate)), new Set(['me']));
  const { path, httpVersion } = api.requests.find((it) => it.path.endsWith('/proxy/x')) ?? {};
  assert.deepEqual([path, httpVersion], [`${POD}/proxy/x`, '1.1']);

  await authority.found();
  api.forgetRequests();
  const other = await authority.read('ca');
  await using deceived = await LocalProxy.start(() => kubeconfigOf(api.url, other, user));
  const { status, body } = await deceived.ask('/api/v1/pods');
  assert.equal(status, 502);
  assert.match(body.toString(), /certificate|signature/);
  assert.equal(api.requests.length, 0);
});
