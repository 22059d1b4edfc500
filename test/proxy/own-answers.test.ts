import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, head, post } from '../fixtures/check.ts';
import { halfClose, silence } from '../fixtures/origin.ts';
import { type SceneSpec, startScene } from '../fixtures/scene.ts';

const ID = /^[0-9a-f]{24}$/;

interface Case {
  readonly name: string;
  readonly send: string;
  readonly status: number;
  readonly reason: string;
  /** The series that counts the answer: host, path and method. */
  readonly series: readonly [host: string, path: string, method: string];
  readonly spec?: SceneSpec;
}

const POD: SceneSpec = { pods: [{ name: 'o1' }] };
const KEYED: SceneSpec = { pods: [{ name: 'o1', namespace: 'a' }], keys: { a: 'key' } };
const NOBODY = (method: string) => ['', '', method] as const;
const ROUTE = ['t.local', '/', 'GET'] as const;

/** One of every kind of answer that the router gives by itself. */
const CASES: readonly Case[] = [
  {
    name: 'no request at all',
    send: 'nonsense\r\n\r\n',
    status: 400,
    reason: 'bad-request-line',
    series: NOBODY('OTHER'),
  },
  {
    name: 'a head that cannot be read',
    send: head('GET / HTTP/1.1', 'Host : t.local'),
    status: 400,
    reason: 'bad-header',
    series: NOBODY('OTHER'),
  },
  {
    name: 'a request line that is too long',
    send: head(`GET /${'x'.repeat(9_000)} HTTP/1.1`, 'Host: t.local'),
    status: 414,
    reason: 'line-too-long',
    series: NOBODY('OTHER'),
  },
  {
    name: 'a head that does not come to its end',
    send: 'GET / HTTP/1.1\r\nHost: t',
    status: 408,
    reason: 'request-timeout',
    series: NOBODY('OTHER'),
    spec: { ...POD, settings: { requestHeadTimeout: 30 } },
  },
  {
    name: 'overload',
    send: get('/'),
    status: 503,
    reason: 'overload-in-flight',
    series: NOBODY('GET'),
    spec: { ...POD, settings: { maxInFlight: 0 } },
  },
  {
    name: 'a host of nobody',
    send: get('/').replace('t.local', 'else.local'),
    status: 404,
    reason: 'unknown-host',
    series: NOBODY('GET'),
    spec: { ...POD, settings: { unknownHost: '404' } },
  },
  {
    name: 'OPTIONS *',
    send: head('OPTIONS * HTTP/1.1', 'Host: t.local'),
    status: 200,
    reason: 'options',
    series: NOBODY('OPTIONS'),
  },
  {
    name: 'no path',
    send: get('/b'),
    status: 404,
    reason: 'no-route',
    series: NOBODY('GET'),
    spec: { pods: [{ name: 'o1', paths: '/a' }] },
  },
  {
    name: 'a redirect',
    send: get('/a'),
    status: 301,
    reason: 'redirect',
    series: ['t.local', '/a/', 'GET'],
    spec: { pods: [{ name: 'o1', paths: '/a/' }] },
  },
  { name: 'no key', send: get('/'), status: 403, reason: 'key-refused', series: ROUTE, spec: KEYED },
  {
    name: 'an expectation',
    send: get('/', 'Expect: cake'),
    status: 417,
    reason: 'bad-expectation',
    series: ROUTE,
  },
  {
    name: 'a large body',
    send: post('/', 'hello'),
    status: 413,
    reason: 'body-too-large',
    series: ['t.local', '/', 'POST'],
    spec: { ...POD, settings: { clientMaxBodySize: 4 } },
  },
  {
    name: 'no ready pod',
    send: get('/'),
    status: 503,
    reason: 'no-ready-pod',
    series: ROUTE,
    spec: { pods: [{ name: 'o1', condition: 'unready' }] },
  },
  {
    name: 'a pod that refuses',
    send: get('/'),
    status: 502,
    reason: 'connect-refused',
    series: ROUTE,
    spec: { pods: [{ name: 'o1', refuses: true }] },
  },
  {
    name: 'a pod that ends',
    send: get('/'),
    status: 502,
    reason: 'upstream-closed',
    series: ROUTE,
    spec: { pods: [{ name: 'o1', answer: [halfClose] }] },
  },
  {
    name: 'a pod that is silent',
    send: get('/'),
    status: 504,
    reason: 'response-timeout',
    series: ROUTE,
    spec: { pods: [{ name: 'o1', answer: silence }], settings: { responseHeadTimeout: 30 } },
  },
  {
    name: 'HEAD, whose body is told and not sent',
    send: get('/').replace('GET', 'HEAD'),
    status: 403,
    reason: 'key-refused',
    series: ['t.local', '/', 'HEAD'],
    spec: KEYED,
  },
];

for (const { name, send, status, reason, series, spec = POD } of CASES) {
  test(`${name}: ${status} ${reason} has an id, its bytes, a count and a reason`, async () => {
    await using scene = await startScene(spec);
    const response = await scene.exchange(send);
    assert.equal(response.status, status);
    assert.equal(response.value('x-podway-reason'), reason);
    const id = response.value('x-request-id') ?? '';
    assert.match(id, ID);
    assert.deepEqual(
      scene.router.log.map((it) => [it.requestId, it.status, it.reason, it.bytesSent]),
      [[id, status, reason, response.content.length]],
    );
    if (!send.startsWith('HEAD')) assert.ok(response.content.length > 0);
    const { requests, refusals, failures } = scene.router.snapshot();
    assert.deepEqual(
      requests.map(({ host, path, method, code, count }) => [host, path, method, code, count]),
      [[...series, status, 1]],
    );
    const counted = [...refusals, ...failures];
    const expected = reason === 'redirect' ? [] : [{ reason, count: 1 }];
    assert.deepEqual(counted, expected, 'its reason is in one of the two families');
    assert.equal(failures.length > 0, series[0] !== '' && reason !== 'redirect');
  });
}

test('what was closed without an answer is no answer, and has an id in the log', async () => {
  await using scene = await startScene(POD);
  using client = await scene.client();
  void client.send(get('/').replace('t.local', 'else.local'));
  assert.equal((await client.closed()).received.length, 0);
  assert.deepEqual(
    scene.router.log.map(({ status, reason, bytesSent }) => [status, reason, bytesSent]),
    [[0, 'unknown-host', 0]],
  );
  assert.match(scene.router.log[0]?.requestId ?? '', ID);
  const { requests, refusals } = scene.router.snapshot();
  assert.deepEqual([requests, refusals], [[], [{ reason: 'unknown-host', count: 1 }]]);
});

test('the id of an answer after failed attempts is the one that pods got', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [halfClose] }] });
  const response = await scene.exchange(get('/'));
  assert.equal(response.status, 502);
  assert.equal(scene.origin('o1').requests[0]?.value('x-request-id'), response.value('x-request-id'));
});

test('a trusted peer gets its own id back', async () => {
  await using scene = await startScene({ ...KEYED, settings: { trustedProxies: ['127.0.0.1'] } });
  const response = await scene.exchange(get('/', 'X-Request-Id: from-the-balancer'));
  assert.equal(response.value('x-request-id'), 'from-the-balancer');
  assert.equal(scene.router.log[0]?.requestId, 'from-the-balancer');
});
