import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchanges, forwarded, get, type ExchangeCase } from '../rig/check.ts';
import type { OriginRequest } from '../rig/origin.ts';
import { startScene, type SceneSpec } from '../rig/scene.ts';

const spec: SceneSpec = {
  pods: [{ name: 'o1' }, { name: 'keyed', namespace: 'a', paths: '/app' }],
  keys: { a: 'supersecret' },
};

/** What a pod gets of these field lines: `pod`, in this order, and nothing else that the client said. */
function passes(name: string, send: readonly string[], pod: readonly string[]): ExchangeCase {
  const upstream = forwarded('GET /', ['Host: t.local', ...pod]);
  return { name, send: get('/', ...send), status: 200, origin: 'o1', upstream };
}

const LINES = ['cOOkie: a=1', 'Accept: x', 'X-B: 1', 'accept: y', 'Cookie: b=2', 'ACCEPT: z', 'x-a: 2'];
const OBJECTS = ['__proto__: x', 'constructor: y', 'toString: z', 'hasOwnProperty: w'];
const ROUTER_SETS = ['For', 'Host', 'Proto', 'Port'].map((name) => `X-Forwarded-${name}`);

await checkExchanges('a pod gets the end-to-end fields as they were, and nothing of the hop', spec, [
  passes('HD-25 P29 named by Connection', ['Connection: close, X-Foo', 'X-Foo: 1'], []),
  passes('HD-27 Host cannot be named away', ['Connection: host'], []),
  passes(
    'HD-27 nor what says how to read a body',
    ['Connection: content-type', 'Content-Type: a/b'],
    ['Content-Type: a/b'],
  ),
  passes(
    'HD-28 nor what the router sets',
    [`Connection: ${ROUTER_SETS.join(', ')}, X-Real-IP, Forwarded, Via, X-Request-Id`],
    [],
  ),
  passes(
    'hop-by-hop by definition',
    ['Keep-Alive: timeout=5', 'Proxy-Connection: keep-alive', 'Proxy-Authorization: x', 'Upgrade: foo'],
    [],
  ),
  passes(
    'HD-32 TE: trailers, gzip',
    ['TE: trailers, gzip', 'Connection: TE'],
    ['Connection: TE', 'TE: trailers'],
  ),
  passes('HD-32 TE: gzip', ['TE: gzip', 'Connection: TE'], []),
  passes('HD-32 TE: trailers;q=0.5', ['TE: trailers;q=0.5', 'Connection: TE'], []),
  passes('HD-30 an odd but well-formed list', ['Connection: ,, , keep-alive ,'], []),
  passes('HD-30 tokens that are none', ['Connection: ;, "x", X Y', 'X: 1'], ['X: 1']),
  passes('HD-30 8 KiB of tokens', [`Connection: ${'a,'.repeat(4096)}x`, 'X: 1', 'B: 2'], ['B: 2']),
  passes(
    'HD-24 aliases of what the router checks or sets',
    ['X_ROUTING_API_KEY: k', 'X_Forwarded_For: 1.1.1.1', 'Content_Length: 5', 'Transfer_Encoding: chunked'],
    [],
  ),
  passes('P28 other underscores pass', ['X_Foo: 1'], ['X_Foo: 1']),
  passes('HD-16 8-bit bytes', ['X-Foo: \x80\xff\xe9'], ['X-Foo: \x80\xff\xe9']),
  passes('HD-18 names of object properties', OBJECTS, OBJECTS),
  passes('HD-23 P28 order, case and duplicates', LINES, LINES),
  passes('P24 Expect', ['Expect: 100-continue'], []),
]);

test('HD-27 framing cannot be named away', async () => {
  await using scene = await startScene(spec);
  const naming = 'Connection: content-length, transfer-encoding, content-type, expect';
  const response = await scene.exchange(
    `${get('/', naming, 'Content-Length: 5', 'Content-Type: text/plain').replace('GET', 'POST')}abcde`,
  );
  assert.equal(response.status, 200);
  assert.equal((await scene.origin('o1').requests[0]?.body)?.content.toString(), 'abcde');
});

const KEY = 'X-ROUTING-API-KEY: c3VwZXJzZWNyZXQ=';
const refused = (name: string, ...lines: string[]): ExchangeCase => ({
  name,
  send: get('/', ...lines),
  status: 400,
  after: 'closed',
});

await checkExchanges('fields that are not exactly right are refused', spec, [
  {
    name: 'HD-26 key named by Connection',
    send: get('/app', KEY, 'Connection: X-ROUTING-API-KEY'),
    status: 200,
    origin: 'keyed',
  },
  {
    name: 'HD-26 wrong key',
    send: get('/app', 'X-ROUTING-API-KEY: x', 'Connection: X-ROUTING-API-KEY'),
    status: 403,
  },
  refused('HD-12 obs-fold', 'X-Foo: a\r\n b'),
  refused('HD-12 obs-fold by tab', 'X-Foo: a\r\n\tb'),
  {
    name: 'HD-12 first line begins with a space',
    send: 'GET / HTTP/1.1\r\n Host: t.local\r\n\r\n',
    status: 400,
    after: 'closed',
  },
  ...[': v', 'Foo', ':', 'X Foo: v', 'X\x80: v', 'X(: v', 'X : v'].map((line) =>
    refused(`HD-14 ${JSON.stringify(line)}`, line),
  ),
  ...['\0', '\r', '\n', '\x01', '\x0b', '\x7f'].map((byte) =>
    refused(`HD-15 ${JSON.stringify(byte)}`, `X: a${byte}b`),
  ),
]);

const FORGED = [
  'X-Forwarded-For: 6.6.6.6',
  'X-Forwarded-Proto: https',
  'X-Forwarded-Host: evil',
  'X-Forwarded-Port: 1',
  'X-Request-Id: forged',
  'Forwarded: for=6.6.6.6',
  'X-Real-IP: 6.6.6.6',
];

test('HD-34 what a client says about itself is replaced at the edge', async () => {
  await using scene = await startScene(spec);
  await scene.exchange(get('/', ...FORGED));
  const request = scene.origin('o1').requests[0] as OriginRequest;
  assert.deepEqual(request.values('x-forwarded-for'), ['127.0.0.1']);
  assert.deepEqual(request.values('x-forwarded-proto'), ['http']);
  assert.deepEqual(request.values('x-forwarded-host'), ['t.local']);
  assert.deepEqual(request.values('x-forwarded-port'), [String(scene.router.port)]);
  assert.equal(request.values('x-request-id').length, 1);
  assert.doesNotMatch(scene.origin('o1').received, /6\.6\.6\.6|evil|forged/);
});

for (const trusted of ['127.0.0.0/8', '127.0.0.1', '::ffff:127.0.0.1/128']) {
  test(`a proxy in TRUSTED_PROXIES (${trusted}) is believed`, async () => {
    await using scene = await startScene({ ...spec, settings: { trustedProxies: [trusted] } });
    await scene.exchange(get('/', ...FORGED));
    const request = scene.origin('o1').requests[0] as OriginRequest;
    assert.equal(request.values('x-forwarded-for').join(', '), '6.6.6.6, 127.0.0.1');
    assert.deepEqual(request.values('x-forwarded-proto'), ['https']);
    assert.deepEqual(request.values('x-forwarded-host'), ['evil']);
    assert.deepEqual(request.values('x-forwarded-port'), ['1']);
    assert.deepEqual(request.values('x-request-id'), ['forged']);
  });
}

test('a proxy elsewhere in TRUSTED_PROXIES changes nothing for this one', async () => {
  await using scene = await startScene({ ...spec, settings: { trustedProxies: ['10.0.0.0/8'] } });
  await scene.exchange(get('/', ...FORGED));
  assert.deepEqual(scene.origin('o1').requests[0]?.values('x-forwarded-for'), ['127.0.0.1']);
});

test('every exchange gets a request id of its own', async () => {
  await using scene = await startScene(spec);
  for (let count = 0; count < 3; count += 1) await scene.exchange(get('/'));
  const ids = scene.origin('o1').requests.map((request) => request.value('x-request-id'));
  assert.equal(new Set(ids).size, 3);
});
