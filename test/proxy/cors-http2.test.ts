import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pseudo } from '../fixtures/http2/raw-http2-client.ts';
import { ok } from '../fixtures/origin.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';

const APP = 'https://app.example.com';
const LET = `access-control-allow-origin: ${APP}`;
const PREFLIGHT = ['access-control-request-method: PUT', 'access-control-request-headers: x-routing-api-key'];

/** The status, and the fields that browsers read. */
async function ask(scene: Scene, method: string, path: string, ...lines: readonly string[]) {
  const client = await scene.http2Client();
  const fields = lines.map((line) => line.split(': ') as [string, string]);
  client.request(1, [...pseudo(method, path), ...fields]);
  const answer = await client.answer(1);
  client.socket.destroy();
  const received = answer.fields.map(([name, value]) => `${name}: ${value}`);
  return [answer.status, ...received.filter((it) => /^(?:access-control|vary)/.test(it))];
}

test('HTTP/2 clients get the same CORS fields', async () => {
  const pod = ['Access-Control-Allow-Origin: *', 'access_control_max_age: 1', 'Vary: Accept', 'VARY: Cookie'];
  const cors = `cors=${APP} cors-credentials cors-expose=ETag`;
  await using scene = await startScene({
    pods: [
      { name: 'o1', paths: `/ ${cors}`, answer: [ok('', ...pod)] },
      { name: 'o2', paths: `/keyed ${cors}`, namespace: 'keyed' },
      { name: 'o3', paths: `/gone ${cors}`, refuses: true },
    ],
    keys: { keyed: 'secret' },
    settings: { http2Plain: true },
  });
  const credentials = 'access-control-allow-credentials: true';
  const expose = 'access-control-expose-headers: ETag';
  const joined = 'vary: Accept, Cookie, Origin';
  assert.deepEqual(await ask(scene, 'GET', '/', `origin: ${APP}`), [200, LET, credentials, expose, joined]);
  assert.deepEqual(await ask(scene, 'GET', '/', 'origin: https://evil.example'), [200, joined]);
  assert.deepEqual(await ask(scene, 'OPTIONS', '/keyed', `origin: ${APP}`, ...PREFLIGHT), [
    204,
    LET,
    credentials,
    'access-control-allow-methods: GET, HEAD, PUT, PATCH, POST, DELETE',
    'access-control-allow-headers: x-routing-api-key',
    'access-control-max-age: 600',
    'vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
  ]);
  for (const [path, status] of [
    ['/keyed', 403],
    ['/gone', 502],
  ] as const) {
    const own = [status, LET, credentials, expose, 'vary: Origin'];
    assert.deepEqual(await ask(scene, 'PUT', path, `origin: ${APP}`), own);
    assert.deepEqual(await ask(scene, 'PUT', path, 'origin: null'), [status, 'vary: Origin']);
  }
  assert.equal(scene.origin('o2').requests.length, 0);
});

test('the response to a preflight has no body and no fields of pods, and its connection is kept', async () => {
  const words = `cors=${APP} set-response="X-Frame-Options: DENY"`;
  await using scene = await startScene({ pods: [{ name: 'o1', paths: `/ ${words}` }] });
  using client = await scene.client();
  const head = (method: string, ...lines: readonly string[]) =>
    [`${method} / HTTP/1.1`, 'Host: t.local', `Origin: ${APP}`, ...lines, '', ''].join('\r\n');
  for (let times = 0; times < 2; times += 1) {
    const answer = await client.exchange(head('OPTIONS', ...PREFLIGHT));
    const fields = ['x-podway-reason', 'x-frame-options', 'content-length'].map((it) => answer.value(it));
    assert.deepEqual([answer.status, ...fields], [204, 'preflight', undefined, undefined]);
  }
  assert.equal((await client.exchange(head('GET'))).status, 200);
});
