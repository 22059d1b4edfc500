import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import type { ApiProxyOptions } from '../../src/apiproxy/api-proxy.ts';
import { applyPodAt } from '../cluster/pod-and-service.ts';
import { LocalProxy } from '../fixtures/api-proxy.ts';
import { Authority } from '../fixtures/authority.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { KubernetesApi, type KubernetesApiOptions } from '../fixtures/kubernetes-api.ts';
import { kubeconfigOf } from '../fixtures/kubernetes-api/kubeconfig.ts';
import type { Rule } from '../fixtures/kubernetes-api/authorise.ts';
import { type RecordedRequest, startRecordingPod, type RecordingPod } from '../fixtures/recording-pod.ts';

const run = promisify(execFile);

const NAMESPACE = '/api/v1/namespaces/default';
const QUERY = 'query={name=%22loki%22}&limit=2';
const COMPOSED = `/tail/queryargs/${Buffer.from(QUERY).toString('base64')}/`;
const MAY_FORWARD: Rule = { verbs: ['get', 'create'], resources: ['pods/portforward'], namespace: 'default' };
const MAY_PROXY: Rule = { verbs: ['*'], resources: ['pods/proxy', 'services/proxy'], namespace: 'default' };
const MAY_READ: Rule = {
  verbs: ['get', 'list', 'watch'],
  resources: ['pods', 'services'],
  namespace: 'default',
};

interface Pair extends AsyncDisposable {
  readonly api: KubernetesApi;
  readonly pod: RecordingPod;
  readonly proxy: LocalProxy;
}

async function startPair(
  options: Partial<ApiProxyOptions> = {},
  server: KubernetesApiOptions = {},
): Promise<Pair> {
  const stack = new AsyncDisposableStack();
  const api = stack.use(await KubernetesApi.start(server));
  const pod = stack.use(await startRecordingPod());
  applyPodAt(api, pod.port);
  const proxy = stack.use(await LocalProxy.start(() => api.kubeconfig(), options));
  return { api, pod, proxy, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The handshake as the pod saw it, or the status of the answer. */
async function open(
  origin: string,
  path: string,
  headers: Record<string, string> = {},
  protocols: string[] = [],
): Promise<RecordedRequest | number> {
  const socket = new WebSocket(origin.replace('http', 'ws') + path, protocols, { headers });
  socket.on('error', () => undefined);
  const { promise, resolve } = Promise.withResolvers<RecordedRequest | number>();
  socket.on('message', (data: Buffer) => resolve(JSON.parse(data.toString()) as RecordedRequest));
  socket.on('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode));
  const first = await withTimeout(promise, path);
  socket.terminate();
  return first;
}

const urlOf = (seen: RecordedRequest | number): string | number =>
  typeof seen === 'number' ? seen : seen.url;
const PODS = `${NAMESPACE}/pods`;
const SERVICES = `${NAMESPACE}/services`;

interface Row {
  readonly name: string;
  readonly options?: Partial<ApiProxyOptions>;
  readonly server?: KubernetesApiOptions;
  /** PORT stands for the pod's port. */
  readonly path: string;
  /** The handshake as the pod sees it, or the status of the answer. */
  readonly sees: string | number;
  readonly lines: readonly RegExp[];
}

const TUNNELLED = /^WebSockets with a query for default\/\S+ go through port-forward tunnels/;
const IN_PATH = /^queries of WebSockets for default\/\S+ are sent in the path/;
const tail = (resource: string): string => `${resource}/proxy/tail?${QUERY}`;
const WHOLE = `/tail?${QUERY}`;

const ROWS: readonly Row[] = [
  { name: 'a pod by its port', path: tail(`${PODS}/a:PORT`), sees: WHOLE, lines: [TUNNELLED] },
  { name: 'a pod by its scheme', path: tail(`${PODS}/http:a:PORT`), sees: WHOLE, lines: [TUNNELLED] },
  { name: 'an escaped colon', path: tail(`${PODS}/a%3APORT`), sees: WHOLE, lines: [TUNNELLED] },
  { name: 'the first port of a pod', path: tail(`${PODS}/a`), sees: WHOLE, lines: [TUNNELLED] },
  { name: 'the only port of a service', path: tail(`${SERVICES}/s`), sees: WHOLE, lines: [TUNNELLED] },
  {
    name: 'a port of a service by its number',
    path: tail(`${SERVICES}/s:80`),
    sees: WHOLE,
    lines: [TUNNELLED],
  },
  { name: 'and by its name', path: tail(`${SERVICES}/http:s:http`), sees: WHOLE, lines: [TUNNELLED] },
  {
    name: 'a path is not rewritten',
    path: `${PODS}/a/proxy//x/%41?a`,
    sees: '//x/%41?a',
    lines: [TUNNELLED],
  },
  { name: 'no path', path: `${PODS}/a/proxy?a`, sees: '/?a', lines: [TUNNELLED] },
  { name: 'without a query, through the API server', path: `${PODS}/a/proxy/tail`, sees: '/tail', lines: [] },
  {
    name: 'off: lost',
    options: { query: 'off' },
    path: tail(`${PODS}/a`),
    sees: '/tail',
    lines: [],
  },
  {
    name: 'queryargs: in the path',
    options: { query: 'queryargs' },
    path: tail(`${SERVICES}/s`),
    sees: COMPOSED,
    lines: [IN_PATH],
  },
  {
    name: 'queryargs, after a slash',
    options: { query: 'queryargs' },
    path: `${SERVICES}/s/proxy/a/?b`,
    sees: '/a/queryargs.slash/Yg==/',
    lines: [IN_PATH],
  },
  {
    name: 'a user without the right to port-forward: in the path',
    server: { rules: [MAY_PROXY, MAY_READ] },
    path: tail(`${SERVICES}/s`),
    sees: COMPOSED,
    lines: [/you may not get and create pods\/portforward in namespace default/, IN_PATH],
  },
  {
    name: 'a user with that right: a tunnel',
    server: { rules: [MAY_PROXY, MAY_READ, MAY_FORWARD] },
    path: tail(`${SERVICES}/s`),
    sees: WHOLE,
    lines: [TUNNELLED],
  },
  {
    name: 'a user without the right to read the service: in the path',
    server: { rules: [MAY_PROXY, MAY_FORWARD] },
    path: tail(`${SERVICES}/s`),
    sees: COMPOSED,
    lines: [/no tunnel to default\/services\/s: grant .*"services"/, IN_PATH],
  },
  {
    name: 'a pod with TLS, which the stand-in of the API server does not speak: in the path',
    path: tail(`${PODS}/https:a:PORT`),
    sees: 400,
    lines: [/no tunnel to default\/pods\/a: the API server would connect to it with TLS/, IN_PATH],
  },
  {
    name: 'a port on which no program listens: in the path, and the API server gives the reason',
    path: tail(`${PODS}/a:1`),
    sees: 503,
    lines: [TUNNELLED, /a tunnel to pod a failed: /, IN_PATH],
  },
  {
    name: 'only a tunnel is possible, and the user lacks the right to it',
    options: { query: 'tunnel' },
    server: { rules: [MAY_PROXY, MAY_READ] },
    path: tail(`${PODS}/a`),
    sees: 502,
    lines: [],
  },
  {
    name: 'only a tunnel is possible, and no program listens',
    options: { query: 'tunnel' },
    path: tail(`${PODS}/a:1`),
    sees: 502,
    lines: [TUNNELLED],
  },
];

test('the query of a WebSocket through the proxy of a pod or service', async (t) => {
  for (const { name, options, server, path, sees, lines } of ROWS) {
    await t.test(name, async () => {
      await using stage = await startPair(options, server);
      const { proxy, pod } = stage;
      const seen = await open(proxy.origin, path.replace('PORT', String(pod.port)));
      assert.equal(urlOf(seen), sees, proxy.lines.join('\n'));
      assert.equal(proxy.lines.length, lines.length, proxy.lines.join('\n'));
      for (const [at, words] of lines.entries()) assert.match(proxy.lines[at] ?? '', words);
    });
  }
});

test('through a tunnel a pod gets the same as through the API server, and the query', async () => {
  await using stage = await startPair({ passAuth: true }, { token: 'hunter2' });
  const { proxy, api } = stage;
  const sent = {
    authorization: 'Bearer hunter2',
    cookie: 'a=1',
    'x-mine': '1',
    'impersonate-user': 'x',
  };
  const protocols = ['base64url.bearer.authorization.k8s.io.aHVudGVyMg', 'chat'];
  const [plain, tunnelled] = [
    await open(proxy.origin, `${PODS}/a/proxy/x`, sent, protocols),
    await open(proxy.origin, `${PODS}/a/proxy/x?y`, sent, protocols),
  ];
  assert.ok(typeof plain === 'object' && typeof tunnelled === 'object');
  const { 'x-forwarded-for': _, ...ofApi } = plain.headers;
  // The stand-in does not accept tokens in WebSocket protocols.
  const key = { 'sec-websocket-key': '', 'sec-websocket-protocol': 'chat' };
  assert.deepEqual({ ...tunnelled.headers, ...key }, { ...ofApi, ...key });
  assert.equal(tunnelled.headers.host, new URL(api.url).host);
  assert.doesNotMatch(JSON.stringify(tunnelled), /hunter2|aHVudGVyMg|impersonate/i);
});

test('podway checks a right once a minute, and prints a line once', async () => {
  await using stage = await startPair();
  const reviews = () =>
    stage.api.requests.filter(({ path }) => path.endsWith('selfsubjectaccessreviews')).length;
  for (const at of [1, 2, 3])
    assert.equal(urlOf(await open(stage.proxy.origin, `${PODS}/a/proxy/x?${at}`)), `/x?${at}`);
  assert.equal(reviews(), 2);
});

test('a tunnel and the API server carry bytes both ways, and the end of each side', async () => {
  await using stage = await startPair();
  for (const path of [`${PODS}/a/proxy/x?y`, `${PODS}/a/proxy/x`]) {
    const socket = new WebSocket(stage.proxy.origin.replace('http', 'ws') + path);
    await withTimeout(once(socket, 'message'), path);
    const large = Buffer.alloc(4 * 1024 * 1024, 7);
    socket.send(large);
    const [back] = (await withTimeout(once(socket, 'message'), 'the echo')) as [Buffer];
    assert.ok(back.equals(large));
    socket.close(1000);
    const [code] = (await withTimeout(once(socket, 'close'), 'the end')) as [number];
    assert.equal(code, 1000);
  }
});

test('a pod that disconnects ends the client, and a client that disconnects ends the connection to the pod', async () => {
  await using stage = await startPair();
  for (const path of [`${PODS}/a/proxy/x?y`, `${PODS}/a/proxy/x`]) {
    const socket = new WebSocket(stage.proxy.origin.replace('http', 'ws') + path);
    socket.on('error', () => undefined);
    await withTimeout(once(socket, 'message'), path);
    const [peer] = stage.pod.peers();
    const closed = once(socket, 'close');
    peer?.terminate();
    await withTimeout(closed, 'the end of the client');
    const other = new WebSocket(stage.proxy.origin.replace('http', 'ws') + path);
    other.on('error', () => undefined);
    await withTimeout(once(other, 'message'), path);
    const [second] = stage.pod.peers();
    const ended = once(second ?? socket, 'close');
    other.terminate();
    await withTimeout(ended, 'the end of the pod');
  }
});

test('a client that ended its side before the answer leaves no open connection', async (t) => {
  await using stage = await startPair();
  const { port } = new URL(stage.proxy.origin);
  const ask = (path: string): Socket => {
    const client = connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true }).resume();
    const handshake = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n`;
    client.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${handshake}\r\n`);
    return client;
  };
  for (const path of [`${PODS}/a/proxy/x?y`, `${PODS}/a/proxy/x`]) {
    await t.test(path, async () => {
      await withTimeout(once(ask(path), 'close'), 'the end of the client');
      const peers = stage.pod.peers();
      await withTimeout(Promise.all(peers.map((it) => once(it, 'close'))), 'the end of the pod');
    });
  }
});

test('when the token is no longer accepted, an upgrade is tried once more with a new one', async () => {
  let token = 'one';
  await using api = await KubernetesApi.start({ token: 'two' });
  await using pod = await startRecordingPod();
  applyPodAt(api, pod.port);
  const read: string[] = [];
  const load = () => {
    read.push(token);
    const text = api.kubeconfig({ token });
    token = 'two';
    return text;
  };
  await using proxy = await LocalProxy.start(load, { query: 'off' });
  assert.equal(urlOf(await open(proxy.origin, `${PODS}/a/proxy/x`)), '/x');
  assert.deepEqual(read, ['one', 'two']);
});

test('over TLS, with a client certificate and a server that prefers HTTP/2', async (t) => {
  if ((await run('openssl', ['version']).catch(() => undefined)) === undefined)
    return t.skip('no openssl on this machine');
  await using authority = new Authority(await mkdtemp(join(tmpdir(), 'podway-')));
  await authority.create();
  for (const name of ['server', 'me']) await authority.sign(name);
  const ca = await authority.read('ca');
  const tls = { key: await authority.read('server.key'), cert: await authority.read('server'), ca };
  await using api = await KubernetesApi.start({ tls });
  await using pod = await startRecordingPod();
  applyPodAt(api, pod.port);
  const user = { 'client-certificate': authority.path('me'), 'client-key': authority.path('me.key') };
  {
    await using proxy = await LocalProxy.start(() => api.kubeconfig(user));
    assert.equal((await proxy.ask('/api/v1/pods')).status, 200);
    assert.equal((await proxy.ask('/api/v1/pods')).status, 200);
    assert.equal(urlOf(await open(proxy.origin, `${PODS}/a/proxy/x`)), '/x');
    assert.equal(urlOf(await open(proxy.origin, `${PODS}/a/proxy/x?y`)), '/x?y');
  }
  assert.deepEqual(new Set(api.requests.map((it) => it.certificate)), new Set(['me']));
  const { path, httpVersion } = api.requests.find((it) => it.path.endsWith('/proxy/x')) ?? {};
  assert.deepEqual([path, httpVersion], [`${PODS}/a/proxy/x`, '1.1']);

  await authority.create();
  api.clearRequests();
  const other = await authority.read('ca');
  await using misledProxy = await LocalProxy.start(() => kubeconfigOf(api.url, other, user));
  const { status, body } = await misledProxy.ask('/api/v1/pods');
  assert.equal(status, 502);
  assert.match(body.toString(), /certificate|signature/);
  assert.equal(api.requests.length, 0);
});
