import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { createKubectl, type Kubectl } from '../fixtures/kubectl.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { freePort } from '../fixtures/free-ports.ts';
import { type RecordedRequest, startRecordingPod } from '../fixtures/recording-pod.ts';
import { applyPodAt } from './pod-and-service.ts';

// The proxy of pods and services, directly and through the real kubectl proxy.

const PODS = '/api/v1/namespaces/default/pods';
const SERVICES = '/api/v1/namespaces/default/services';

const PATHS: readonly (readonly [string, string, string])[] = [
  ['a query is kept', `${PODS}/a/proxy/x?q=1&q=2`, '/x?q=1&q=2'],
  ['a space remains escaped', `${PODS}/a/proxy/a%20b`, '/a%20b'],
  ['an unnecessary escape is decoded', `${PODS}/a/proxy/%71`, '/q'],
  ['an escaped slash becomes one', `${PODS}/a/proxy/a%2Fb`, '/a/b'],
  ['slashes in a row become one', `${PODS}/a/proxy//a///b/`, '/a/b/'],
  ['dot segments are removed', `${PODS}/a/proxy/a/%2e%2e/../b/./c`, '/b/c'],
  ['UTF-8 and signs are escaped', `${PODS}/a/proxy/%c3%bc!'()`, '/%C3%BC%21%27%28%29'],
  ['a scheme and a port', `${PODS}/http:a:PORT/proxy/`, '/'],
  ['a service', `${SERVICES}/s/proxy/x`, '/x'],
  ['a service by the name of its port', `${SERVICES}/s:http/proxy/x`, '/x'],
  ['a service by the number of its port', `${SERVICES}/http:s:80/proxy/x`, '/x'],
];

test('the path that a pod gets is decoded, normalised and encoded again', async (t) => {
  await using api = await KubernetesApi.start();
  await using server = await startRecordingPod();
  applyPodAt(api, server.port);
  for (const [name, path, expected] of PATHS) {
    await t.test(name, async () => {
      // fetch would normalise the path.
      const seen = await get(api.url, path.replace('PORT', String(server.port)));
      assert.equal((JSON.parse(seen.body) as RecordedRequest).url, expected);
    });
  }
});

async function get(origin: string, path: string, headers: Record<string, string> = {}) {
  const { hostname, port } = new URL(origin);
  const sent = request({ hostname, port, path, headers });
  sent.end();
  const [answer] = (await withTimeout(once(sent, 'response'), path)) as [IncomingMessage];
  let body = '';
  for await (const piece of answer.setEncoding('utf8')) body += String(piece);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body };
}

test('the fields that the proxy adds and removes, and its own responses', async () => {
  await using api = await KubernetesApi.start({ token: 'secret' });
  await using server = await startRecordingPod();
  applyPodAt(api, server.port);
  const headers = {
    authorization: 'Bearer secret',
    cookie: 'c=1',
    'impersonate-user': 'x',
    host: 'api.example',
  };
  const { body, headers: answered } = await get(api.url, `${PODS}/a/proxy/x`, headers);
  const seen = (JSON.parse(body) as RecordedRequest).headers;
  assert.equal(answered['access-control-allow-origin'], undefined);
  assert.equal(answered['x-pod'], 'a');
  assert.deepEqual(
    ['authorization', 'impersonate-user', 'cookie', 'host', 'x-forwarded-uri'].map((it) => seen[it]),
    [undefined, undefined, 'c=1', 'api.example', `${PODS}/a/proxy/x`],
  );
  const moved = await get(api.url, `${PODS}/a/proxy/moved`, headers);
  assert.equal(moved.headers.location, `${PODS}/a/proxy/new?x=1`);
  const bare = await get(api.url, `${PODS}/a/proxy?x=1`, headers);
  assert.deepEqual([bare.status, bare.headers.location], [301, `${PODS}/a/proxy/?x=1`]);
  const dead = await get(api.url, `${PODS}/a:${await freePort()}/proxy/`, headers);
  assert.equal(dead.status, 503);
  assert.match(dead.body, /error trying to reach service: dial tcp .*connection refused/);
  assert.equal((await get(api.url, `${SERVICES}/s:9/proxy/`, headers)).status, 503);
  assert.equal((await get(api.url, `${PODS}/b/proxy/`, headers)).status, 404);
});

/** The first message, or the status of a refusal. */
async function firstOf(origin: string, path: string): Promise<RecordedRequest | number> {
  const socket = new WebSocket(origin.replace('http', 'ws') + path);
  const { promise, resolve } = Promise.withResolvers<RecordedRequest | number>();
  socket.on('message', (data: Buffer) => resolve(JSON.parse(data.toString()) as RecordedRequest));
  socket.on('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode));
  socket.on('error', () => undefined);
  const first = await withTimeout(promise, path);
  socket.terminate();
  return first;
}

const UPGRADES: readonly (readonly [string, string | number])[] = [
  [`${PODS}/a/proxy/echo/a%20b?query=x`, '/echo/a%20b'],
  [`${SERVICES}/s/proxy/tail//queryargs/eA/`, '/tail/queryargs/eA/'],
  [`${PODS}/a/proxy/200`, 500],
  [`${PODS}/a/proxy/404`, 404],
];

test('an upgrade loses its query unless the stand-in is configured to keep it', async () => {
  await using api = await KubernetesApi.start();
  await using server = await startRecordingPod();
  applyPodAt(api, server.port);
  for (const [path, expected] of UPGRADES) {
    const first = await firstOf(api.url, path);
    assert.equal(typeof first === 'number' ? first : first.url, expected, path);
  }
  api.upgradeQuery = 'kept';
  const kept = await firstOf(api.url, `${PODS}/a/proxy/x?query=y`);
  assert.equal((kept as RecordedRequest).url, '/x?query=y');
});

async function startProxy(kubectl: Kubectl) {
  const child = kubectl.start('proxy', '--port=0');
  const [line] = (await withTimeout(once(child.stdout, 'data'), 'kubectl proxy')) as [Buffer];
  return { child, origin: `http://${/127\.0\.0\.1:\d+/.exec(line.toString())?.[0]}` };
}

test('through kubectl proxy: requests and WebSockets, with the Host of the API server', async (t) => {
  await using kubectl = await createKubectl(t);
  if (kubectl === undefined) return;
  await using server = await startRecordingPod();
  applyPodAt(kubectl.api, server.port);
  const { child, origin } = await startProxy(kubectl);
  const closed = once(child, 'close');
  const { body } = await get(origin, `${SERVICES}/s/proxy/x?q=1`);
  const plain = JSON.parse(body) as RecordedRequest;
  assert.deepEqual([plain.url, plain.headers.host], ['/x?q=1', new URL(kubectl.api.url).host]);
  const upgraded = await firstOf(origin, `${PODS}/a/proxy/x?q=1`);
  assert.deepEqual(
    [(upgraded as RecordedRequest).url, (upgraded as RecordedRequest).headers.host],
    ['/x', new URL(kubectl.api.url).host],
  );
  assert.equal(
    await kubectl
      .run('get', '--raw', `${PODS}/a/proxy/y`)
      .then((it) => (JSON.parse(it) as RecordedRequest).url),
    '/y',
  );
  child.kill();
  await closed;
});

test('kubectl auth: the identity and the permissions', async (t) => {
  const rules = [{ verbs: ['get'], resources: ['pods/exec'], namespace: 'shop' }] as const;
  await using kubectl = await createKubectl(t, { rules });
  if (kubectl === undefined) return;
  const may = async (...words: string[]) =>
    (await kubectl.end(['auth', 'can-i', ...words])).stdout.toString();
  assert.equal(await may('get', 'pods', '--subresource=exec', '-n', 'shop'), 'yes\n');
  assert.equal(await may('create', 'pods', '--subresource=exec', '-n', 'shop'), 'no\n');
  assert.equal(await may('get', 'pods', '--subresource=exec', '-n', 'other'), 'no\n');
  assert.match(await kubectl.run('auth', 'whoami'), /system:serviceaccount:podway:podway/);
});

test('subresources are read as by the server: decoded, without leading and trailing slashes', async () => {
  await using api = await KubernetesApi.start({ rules: [] });
  for (const [path, status] of [
    [`${PODS}/a/%65xec`, 403],
    [`${PODS}/a/exec/`, 403],
    [`${PODS}/a/%70roxy/x`, 403],
    [`/${PODS}/a/exec`, 403],
    [`${PODS}//a/exec`, 404],
    [`${PODS}/a/exec/x`, 404],
    [`${PODS}/a/Exec`, 404],
  ] as const)
    assert.equal((await get(api.url, path)).status, status, path);
});
