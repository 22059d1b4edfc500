import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import type { ApiProxyOptions } from '../../src/apiproxy/api-proxy.ts';
import { LocalProxy } from '../fixtures/api-proxy.ts';
import { head } from '../fixtures/check.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { kubeconfigOf } from '../fixtures/kubernetes-api/kubeconfig.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { SAMPLE_KEY } from '../fixtures/websocket.ts';

// `podway proxy`: which requests are allowed, and which bytes are forwarded. The API server counts the requests that
// reach it.

const POD = '/api/v1/namespaces/default/pods/a';
const WEBSOCKET = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-key': SAMPLE_KEY,
  'sec-websocket-version': '13',
};

interface Row {
  readonly name: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  /** 403: the proxy refuses the request, and the API server gets no request; `passed`: the API server answers. */
  readonly status: 400 | 403 | 404 | 'passed';
}

/** Runs every row against one proxy and one API server. */
async function check(title: string, options: Partial<ApiProxyOptions>, rows: readonly Row[]): Promise<void> {
  await test(title, async (t) => {
    await using api = await KubernetesApi.start();
    await using proxy = await LocalProxy.start(() => api.kubeconfig(), { query: 'off', ...options });
    for (const { name, path = '/api/v1/pods', status, ...asked } of rows) {
      await t.test(name, async () => {
        api.clearRequests();
        const answer = await proxy.ask(path, asked);
        const isOwn = answer.body.includes('podway proxy: ');
        assert.equal(isOwn ? answer.status : 'passed', status, `${answer.status} ${answer.body.toString()}`);
        assert.equal(api.requests.length, isOwn ? 0 : 1, 'requests to the API server');
        if (isOwn) assert.equal(answer.headers.connection, 'close');
      });
    }
  });
}

const EVIL = 'http://evil.example';

await check('requests of pages of other sites are refused', {}, [
  { name: 'a program sends neither Origin nor Fetch Metadata (AP-02)', status: 'passed' },
  { name: 'a foreign Origin, GET (AP-02)', headers: { origin: EVIL }, status: 403 },
  {
    name: 'a foreign Origin, POST of text (AP-02)',
    method: 'POST',
    headers: { origin: EVIL, 'content-type': 'text/plain' },
    status: 403,
  },
  {
    name: 'a foreign Origin, WebSocket to a port (AP-02)',
    path: `${POD}/portforward?ports=1`,
    headers: { ...WEBSOCKET, origin: EVIL },
    status: 403,
  },
  { name: 'Origin null (AP-02)', headers: { origin: 'null' }, status: 403 },
  { name: 'another port of localhost (AP-02)', headers: { origin: 'http://127.0.0.1:3000' }, status: 403 },
  {
    name: 'another scheme (AP-02)',
    headers: { host: 'localhost', origin: 'https://localhost' },
    status: 403,
  },
  {
    name: 'a name that only begins with its name (AP-02)',
    headers: { host: 'localhost', origin: 'http://localhost.evil' },
    status: 403,
  },
  {
    name: 'two Origins (AP-02)',
    headers: { host: 'localhost', origin: ['http://localhost', EVIL] },
    status: 403,
  },
  {
    name: 'its own Origin (AP-02)',
    headers: { host: 'localhost:1', origin: 'http://localhost:1' },
    status: 'passed',
  },
  { name: 'Sec-Fetch-Site: cross-site (AP-02)', headers: { 'sec-fetch-site': 'cross-site' }, status: 403 },
  { name: 'Sec-Fetch-Site: same-site (AP-02)', headers: { 'sec-fetch-site': 'same-site' }, status: 403 },
  {
    name: 'Sec-Fetch-Site: same-origin (AP-02)',
    headers: { 'sec-fetch-site': 'same-origin' },
    status: 'passed',
  },
  { name: 'a typed address (AP-02)', headers: { 'sec-fetch-site': 'none' }, status: 'passed' },
  {
    name: 'a foreign name that resolves to this machine (AP-02)',
    headers: { host: 'evil.example' },
    status: 403,
  },
  { name: 'a name that only ends with its name (AP-02)', headers: { host: 'x.localhost' }, status: 403 },
  {
    name: 'localhost in capitals with a port (AP-02)',
    headers: { host: 'LOCALHOST:8001' },
    status: 'passed',
  },
  { name: 'IPv6 (AP-02)', headers: { host: '[::1]:8001' }, status: 'passed' },
]);

await check(
  'names and origins that flags allow are served, and no others',
  { gate: { hosts: new Set(['k8s.example']), origins: new Set(['http://localhost:3000']) } },
  [
    { name: 'the name (AP-02)', headers: { host: 'k8s.example:8001' }, status: 'passed' },
    { name: 'another (AP-02)', headers: { host: 'localhost:8001' }, status: 403 },
    {
      name: 'the origin (AP-02)',
      headers: { host: 'k8s.example', origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' },
      status: 'passed',
    },
    {
      name: 'the allowed site without its Origin (AP-02)',
      headers: { host: 'k8s.example', 'sec-fetch-site': 'same-site' },
      status: 403,
    },
  ],
);

test('two Hosts are refused (AP-02)', async () => {
  await using api = await KubernetesApi.start();
  await using proxy = await LocalProxy.start(() => api.kubeconfig());
  using client = await RawClient.connect(Number(new URL(proxy.origin).port));
  const asked = head('GET /api/v1/pods HTTP/1.1', 'Host: localhost', 'Host: evil.example');
  assert.equal((await client.exchange(asked)).status, 403);
  assert.equal(api.requests.length, 0);
});

const guarded = (path: string, more: Partial<Row> = {}): Row => ({
  name: `${path} (AP-03)`,
  path,
  status: 403,
  ...more,
});

await check('requests that run programs, open ports or create tokens are refused in every spelling', {}, [
  ...['exec', 'attach', 'portforward', 'ephemeralcontainers'].flatMap((it) => [
    guarded(`${POD}/${it}`),
    guarded(`${POD}/${it}?command=x`, { method: 'POST' }),
  ]),
  guarded('/api/v1/namespaces/default/serviceaccounts/a/token', { method: 'POST' }),
  guarded('/api/v1/nodes/n/proxy/run/default/a/a'),
  guarded('/api/v1/nodes/n:10250/proxy'),
  guarded('/api/v1/proxy/nodes/n/run'),
  guarded(`${POD}/Exec`),
  guarded(`${POD}/%65xec`),
  guarded(`${POD}/%45XEC`),
  guarded(`${POD}/exec/`),
  guarded(`${POD}//exec`),
  guarded(`/${POD}/exec`),
  guarded(`${POD}/./exec`),
  guarded(`${POD}/exec;x=1`),
  guarded(`${POD};x/exec`),
  guarded(`${POD}%2Fexec`),
  guarded(`${POD}%5Cexec`),
  guarded(`${POD}/exec/more`),
  guarded(`${POD}/attach`, { headers: WEBSOCKET }),
  guarded('/api/v1/watch/namespaces/default/pods/a/exec'),
  guarded('/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachineinstances/a/portforward'),
  guarded('/apis/v1/v1/namespaces/default/pods/a/exec'),
  guarded('/api/v1/Nodes/n/Proxy/'),
  guarded(`${POD}/proxy/../exec`, { status: 400 }),
  guarded(`${POD}/proxy/%2e%2e/exec`, { status: 400 }),
  guarded(`${POD}/exec%00`, { status: 400 }),
  guarded(`http://127.0.0.1${POD}/exec`, { status: 400 }),
  { name: 'a pod of that name (AP-03)', path: '/api/v1/namespaces/default/pods/exec', status: 'passed' },
  { name: 'a namespace of that name (AP-03)', path: '/api/v1/namespaces/exec/pods/attach', status: 'passed' },
  { name: 'a path of a pod (AP-03)', path: `${POD}/proxy/exec/token`, status: 'passed' },
  { name: 'logs (AP-03)', path: `${POD}/log?follow=true`, status: 'passed' },
  { name: 'a node (AP-03)', path: '/api/v1/nodes/proxy', status: 'passed' },
]);

await check(
  'requests that --allow names are served, and no others',
  { allowed: new Set(['exec', 'nodes-proxy']) },
  [
    { name: 'exec (AP-03)', path: `${POD}/exec`, status: 'passed' },
    { name: 'the proxy of a node (AP-03)', path: '/api/v1/nodes/n/proxy/metrics', status: 'passed' },
    { name: 'attach (AP-03)', path: `${POD}/attach`, status: 403 },
  ],
);

await check('with --api-prefix, podway proxy answers 404 for other paths', { prefix: '/k8s/' }, [
  { name: 'a path below the prefix', path: '/k8s/api/v1/pods', status: 'passed' },
  { name: 'a path next to the prefix', path: '/api/v1/pods', status: 404 },
  { name: 'a guarded path below the prefix (AP-03)', path: `/k8s${POD}/exec`, status: 403 },
]);

const IDENTITY = {
  authorization: 'Bearer theirs',
  'impersonate-user': 'admin',
  'impersonate-extra-x': 'y',
  'x-remote-user': 'admin',
  'X-Remote-Group': 'system:masters',
  x_remote_extra: 'z',
};
const TOKEN = 'base64url.bearer.authorization.k8s.io.dGhlaXJz';

for (const passAuth of [false, true]) {
  test(`identities of clients ${passAuth ? 'are forwarded with --pass-auth' : 'are dropped'} (AP-04)`, async () => {
    await using api = await KubernetesApi.start({ token: passAuth ? 'theirs' : 'ours' });
    const load = () => api.kubeconfig({ token: 'ours' });
    await using proxy = await LocalProxy.start(load, { passAuth, query: 'off' });
    const { status } = await proxy.ask('/api/v1/pods', { headers: IDENTITY });
    assert.equal(status, 200);
    const [plain] = api.requests;
    assert.equal(plain?.authorization, passAuth ? 'Bearer theirs' : 'Bearer ours');
    for (const name of [
      'impersonate-user',
      'impersonate-extra-x',
      'x-remote-user',
      'x-remote-group',
      'x_remote_extra',
    ])
      assert.equal(plain?.headers[name] !== undefined, passAuth, name);
    api.clearRequests();
    const headers = { ...WEBSOCKET, 'sec-websocket-protocol': `${TOKEN}, v4.channel.k8s.io` };
    await proxy.ask(`${POD}/proxy/x`, { headers });
    const [upgrade] = api.requests;
    const protocols = upgrade?.headers['sec-websocket-protocol']?.join() ?? '';
    assert.equal(protocols.includes(TOKEN), passAuth);
    assert.match(protocols, /v4\.channel\.k8s\.io/);
  });
}

test('a refused upgrade ends both connections, regardless of the Connection field of the API server (AP-05)', async () => {
  const connections: Socket[] = [];
  const server = createServer((socket) => {
    connections.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      const body = 'no such host';
      socket.write(
        head('HTTP/1.1 400 Bad Request', 'Connection: keep-alive', `Content-Length: ${body.length}`) + body,
      );
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  const kubeconfig = kubeconfigOf(`http://127.0.0.1:${port}`, undefined, { token: 'ours' });
  {
    await using proxy = await LocalProxy.start(() => kubeconfig, { query: 'off' });
    for (const round of [1, 2]) {
      using client = await RawClient.connect(Number(new URL(proxy.origin).port));
      const lines = Object.entries(WEBSOCKET).map(([name, value]) => `${name}: ${value}`);
      const smuggled = head('GET /api/v1/secrets HTTP/1.1', 'Host: localhost');
      const answer = await client.exchange(
        head(`GET ${POD}/proxy/x HTTP/1.1`, 'Host: localhost', ...lines) + smuggled,
      );
      assert.equal(answer.status, 400);
      assert.equal(answer.text, 'no such host');
      await client.closed();
      assert.equal(connections.length, round);
      const last = connections.at(-1) as Socket;
      if (!last.closed) await withTimeout(once(last, 'close'), 'the end of the connection to the API server');
      assert.ok(last.bytesRead < 1_000, 'podway sends no bytes after the handshake');
    }
  }
  await new Promise((resolve) => server.close(resolve));
});
