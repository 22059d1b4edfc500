/** A client repeats a request octet for octet, and a pod its response: podway handles each of them separately. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, post } from '../fixtures/check.ts';
import { base64, podManifest, secretManifest } from '../fixtures/manifest.ts';
import { ok } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';

test('keys are added, changed and removed', async () => {
  await using scene = await startScene({ pods: [{ name: 'app', namespace: 'a' }] });
  using client = await scene.client();
  const statuses: number[] = [];
  const twice = async () => {
    for (let at = 0; at < 2; at += 1)
      statuses.push((await client.exchange(get('/', `X-ROUTING-API-KEY: ${base64('first')}`))).status);
  };
  await twice();
  for (const key of ['first', 'second', 'first']) {
    scene.router.applySecret(secretManifest('a', { 'api-key': key }));
    await twice();
  }
  scene.router.removeSecret('a');
  await twice();
  assert.deepEqual(statuses, [200, 200, 200, 200, 403, 403, 200, 200, 200, 200]);
});

test('routes are added and removed', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'short', answer: [ok('short')] },
      { name: 'long', paths: '/a', answer: [ok('long')] },
    ],
  });
  using client = await scene.client();
  const bodies: string[] = [];
  const twice = async () => {
    for (let at = 0; at < 2; at += 1) bodies.push((await client.exchange(get('/a/b'))).text);
  };
  await twice();
  scene.router.removePod('default', 'long');
  await twice();
  const { port } = scene.origin('long');
  scene.router.applyPod(podManifest({ name: 'long', hosts: 't.local', paths: '/a', port }));
  await twice();
  assert.deepEqual(bodies, ['long', 'long', 'short', 'short', 'long', 'long']);
});

test('each request has its own id', async () => {
  await using scene = await startScene({ pods: [{ name: 'app' }] });
  using client = await scene.client();
  for (let at = 0; at < 4; at += 1) await client.exchange(get('/'));
  const heads = await Promise.all([0, 1, 2, 3].map((at) => scene.origin('app').request(at)));
  const lines = heads.map(({ head }) => head.lines.filter((it) => it.startsWith('X-Request-Id: ')));
  assert.equal(new Set(lines.flat()).size, 4);
});

test('a repeated response is edited like the first', async () => {
  const location = 'HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n';
  await using scene = await startScene({
    pods: [{ name: 'app', paths: '/api strip drop-response=server', answer: [location] }],
  });
  using client = await scene.client();
  for (let at = 0; at < 4; at += 1) {
    const response = await client.exchange(get('/api/x'));
    assert.equal(response.value('location'), '/api/login');
  }
});

test("a request is edited by the pod's options, and the next one by its changed options", async () => {
  await using scene = await startScene({ pods: [{ name: 'app', paths: '/api' }] });
  using client = await scene.client();
  for (const paths of ['/api', '/api strip', '/api replace=/v2']) {
    const { port } = scene.origin('app');
    scene.router.applyPod(podManifest({ name: 'app', hosts: 't.local', paths, port }));
    for (let at = 0; at < 3; at += 1) await client.exchange(get('/api/x'));
  }
  const starts = scene.origin('app').requests.map(({ head }) => head.start.split(' ')[1]);
  assert.deepEqual(starts, [...Array(3).fill('/api/x'), ...Array(3).fill('/x'), ...Array(3).fill('/v2/x')]);
});

test('the same octets after a body, octet by octet and pipelined are separate requests', async () => {
  await using scene = await startScene({ pods: [{ name: 'app' }] });
  using client = await scene.client();
  const request = get('/');
  await client.send(request + request + post('/', request) + request);
  for (let at = 0; at < 4; at += 1) assert.equal((await client.response()).status, 200);
  await client.dribble(request);
  assert.equal((await client.response()).status, 200);
  assert.equal((await client.exchange(request)).status, 200);
  const methods = scene.origin('app').requests.map(({ method }) => method);
  assert.deepEqual(methods, ['GET', 'GET', 'POST', 'GET', 'GET', 'GET']);
});
