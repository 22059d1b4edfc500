import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchanges, chunked, forwarded, get, head, post, type ExchangeCase } from '../fixtures/check.ts';
import {
  checkConversations,
  FORWARDED,
  GET,
  relayed,
  sees,
  type Conversation,
} from '../fixtures/conversation.ts';
import { ok, type OriginRequest } from '../fixtures/origin.ts';
import { startScene, type SceneSpec } from '../fixtures/scene.ts';

const spec: SceneSpec = {
  pods: [{ name: 'o1' }, { name: 'keyed', namespace: 'a', paths: '/app' }],
  keys: { a: 'supersecret' },
};

/** A pod gets for these field lines the lines `pod`, in this order, and no other field of the client. */
function passes(name: string, send: readonly string[], pod: readonly string[]): ExchangeCase {
  const upstream = forwarded('GET /', ['Host: t.local', ...pod]);
  const after = send.some((line) => line.startsWith('Connection: close')) ? 'closed' : 'kept';
  return { name, send: get('/', ...send), status: 200, origin: 'o1', upstream, after };
}

const LINES = ['cOOkie: a=1', 'Accept: x', 'X-B: 1', 'accept: y', 'Cookie: b=2', 'ACCEPT: z', 'x-a: 2'];
const OBJECTS = ['__proto__: x', 'constructor: y', 'toString: z', 'hasOwnProperty: w'];
const ROUTER_SETS = ['For', 'Host', 'Proto', 'Port'].map((name) => `X-Forwarded-${name}`);

await checkExchanges('a pod gets the end-to-end fields unchanged, and no hop-by-hop fields', spec, [
  passes('named by Connection (HD-25, P29)', ['Connection: close, X-Foo', 'X-Foo: 1'], []),
  passes('Connection cannot remove Host (HD-27)', ['Connection: host'], []),
  passes(
    'Connection cannot remove the fields that describe a body (HD-27)',
    ['Connection: content-type', 'Content-Type: a/b'],
    ['Content-Type: a/b'],
  ),
  passes(
    'Connection cannot remove the fields that the router sets (HD-28)',
    [`Connection: ${ROUTER_SETS.join(', ')}, X-Real-IP, Forwarded, Via, X-Request-Id`],
    [],
  ),
  passes(
    'hop-by-hop by definition',
    ['Keep-Alive: timeout=5', 'Proxy-Connection: keep-alive', 'Proxy-Authorization: x', 'Upgrade: foo'],
    [],
  ),
  passes(
    'TE: trailers, gzip (HD-32)',
    ['TE: trailers, gzip', 'Connection: TE'],
    ['Connection: TE', 'TE: trailers'],
  ),
  passes('TE: gzip (HD-32)', ['TE: gzip', 'Connection: TE'], []),
  passes('TE: trailers;q=0.5 (HD-32)', ['TE: trailers;q=0.5', 'Connection: TE'], []),
  passes('an odd but well-formed list (HD-30)', ['Connection: ,, , keep-alive ,'], []),
  passes('malformed tokens (HD-30)', ['Connection: ;, "x", X Y', 'X: 1'], ['X: 1']),
  passes('8 KiB of tokens (HD-30)', [`Connection: ${'a,'.repeat(4096)}x`, 'X: 1', 'B: 2'], ['B: 2']),
  passes(
    'aliases of fields that the router checks or sets (HD-24)',
    [
      'X_ROUTING_API_KEY: k',
      'X_Forwarded_For: 1.1.1.1',
      'X.Forwarded.For: 1.1.1.1',
      'X!Forwarded-For: 1.1.1.1',
      "X-Forwarded'Proto: https",
      'X*Request~Id: x',
      'Content_Length: 5',
      'Transfer|Encoding: chunked',
      'X.Podway.Hops: x',
    ],
    [],
  ),
  passes(
    'fields that DROP_HEADERS names, and their aliases',
    [
      'X-Original-URL: /app',
      'x-rewrite-url: /app',
      'X_Original_URL: /app',
      'X.Rewrite!URL: /app',
      'Proxy: http://evil/',
      'X-Middleware-Subrequest: middleware',
      'X-Original-URLs: kept',
    ],
    ['X-Original-URLs: kept'],
  ),
  passes('other underscores pass (P28)', ['X_Foo: 1'], ['X_Foo: 1']),
  passes('8-bit bytes (HD-16)', ['X-Foo: \x80\xff\xe9'], ['X-Foo: \x80\xff\xe9']),
  passes('names of object properties (HD-18)', OBJECTS, OBJECTS),
  passes('order, case and duplicates (HD-23, P28)', LINES, LINES),
  passes('Expect (P24)', ['Expect: 100-continue'], []),
]);

const NAMING = 'Connection: content-length, transfer-encoding, content-type, expect';

await checkExchanges('Connection cannot remove the framing of a body', spec, [
  {
    name: 'length, type and expectation (HD-27)',
    send: post('/', 'abcde', NAMING, 'Content-Type: text/plain'),
    status: 200,
    origin: 'o1',
    upstream: forwarded(
      'POST /',
      ['Host: t.local', 'Content-Type: text/plain', 'Content-Length: 5'],
      'abcde',
    ),
  },
  {
    name: 'coding (HD-27)',
    send: head('POST / HTTP/1.1', 'Host: t.local', NAMING, 'Transfer-Encoding: chunked') + chunked('abcde'),
    status: 200,
    origin: 'o1',
    upstream: forwarded('POST /', ['Host: t.local', 'Transfer-Encoding: chunked'], chunked('abcde')),
  },
]);

const KEY = 'X-ROUTING-API-KEY: c3VwZXJzZWNyZXQ=';
const refused = (name: string, ...lines: string[]): ExchangeCase => ({
  name,
  send: get('/', ...lines),
  status: 400,
  after: 'closed',
});

await checkExchanges('malformed fields are refused', spec, [
  {
    name: 'key named by Connection (HD-26)',
    send: get('/app', KEY, 'Connection: X-ROUTING-API-KEY'),
    status: 200,
    origin: 'keyed',
    upstream: forwarded('GET /app'),
  },
  {
    name: 'wrong key (HD-26)',
    send: get('/app', 'X-ROUTING-API-KEY: x', 'Connection: X-ROUTING-API-KEY'),
    status: 403,
  },
  refused('obs-fold (HD-12)', 'X-Foo: a\r\n b'),
  refused('obs-fold by tab (HD-12)', 'X-Foo: a\r\n\tb'),
  {
    name: 'first line begins with a space (HD-12)',
    send: 'GET / HTTP/1.1\r\n Host: t.local\r\n\r\n',
    status: 400,
    after: 'closed',
  },
  ...[': v', 'Foo', ':', 'X Foo: v', 'X\x80: v', 'X(: v', 'X : v'].map((line) =>
    refused(`${JSON.stringify(line)} (HD-14)`, line),
  ),
  ...['\0', '\r', '\n', '\x01', '\x0b', '\x7f'].map((byte) =>
    refused(`${JSON.stringify(byte)} (HD-15)`, `X: a${byte}b`),
  ),
]);

function fields(count: number, last = 'X-Last: 1'): string[] {
  return [...Array.from({ length: count - 2 }, (_, index) => `X-${index}: v`), last];
}

const tooLarge = (name: string, ...lines: string[]): ExchangeCase => ({
  name,
  send: get('/', ...lines),
  status: 431,
  after: 'closed',
});

await checkExchanges('a head above the limits is 431', spec, [
  tooLarge(
    '40,000 bytes of fields (P25)',
    ...Array.from({ length: 8 }, (_, index) => `X-${index}: ${'v'.repeat(5000)}`),
  ),
  tooLarge('one value of 33,000 bytes (HD-19)', `X: ${'v'.repeat(33_000)}`),
  tooLarge('101 fields (HD-20)', ...fields(101)),
  tooLarge('101 fields, the last another host (HD-22)', ...fields(101, 'Host: evil')),
  tooLarge('101 fields, the last a length (HD-22)', ...fields(101, 'Content-Length: 3')),
  tooLarge('101 fields, the last a close (HD-22)', ...fields(101, 'Connection: close')),
  tooLarge('101 fields, the last a key (HD-22)', ...fields(101, KEY)),
  { name: '100 fields (HD-20)', send: get('/', ...fields(100)), status: 200, origin: 'o1' },
  {
    name: 'a field of 9,000 bytes (P25)',
    send: get('/', `X: ${'v'.repeat(9000)}`),
    status: 200,
    origin: 'o1',
  },
]);

test('a field of two megabytes in small pieces is refused at the limit (HD-19)', async () => {
  await using scene = await startScene(spec);
  using client = await scene.client();
  void client.send(head('GET / HTTP/1.1', 'Host: t.local').slice(0, -2));
  for (let sent = 0; sent < 2 * 1024 * 1024 && client.reader.received.length === 0; sent += 16_384) {
    if (!(await client.send(`X${sent}: ${'v'.repeat(16_000)}\r\n`))) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal((await client.response()).status, 431);
  await client.closed();
  assert.equal(scene.origin('o1').connections.length, 0);
});

/** The response that the client gets for a response of the pod with these lines; `client` has the lines that remain. */
function answers(name: string, pod: readonly string[], client: readonly string[]): Conversation {
  return {
    name,
    pods: { o1: { scripts: [[ok('body', ...pod)]] } },
    client: [GET, sees(relayed('200 OK', [...client, 'Date: <date>', 'Content-Length: 4'], 'body'))],
    upstream: { o1: [FORWARDED] },
    after: 'kept',
  };
}

const ACCEL = ['Redirect: /etc/passwd', 'Limit-Rate: 1', 'Charset: x', 'Expires: 0', 'Buffering: no'];

await checkConversations('a client gets the end-to-end fields of the response, and no hop-by-hop fields', [
  answers('named by Connection (HD-35)', ['Connection: X-Foo, close', 'X-Foo: 1', 'X-Bar: 2'], ['X-Bar: 2']),
  answers('hop-by-hop (HD-35)', ['Keep-Alive: timeout=9', 'Proxy-Connection: x', 'Upgrade: h2c'], []),
  ...ACCEL.map((line) => answers(`X-Accel-${line} (HD-36)`, [`X-Accel-${line}`], [])),
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

test('forwarded fields of a client are replaced at the edge (HD-34)', async () => {
  await using scene = await startScene(spec);
  await scene.exchange(get('/', ...FORGED));
  const request = scene.origin('o1').requests[0] as OriginRequest;
  assert.deepEqual(request.values('x-forwarded-for'), ['127.0.0.1']);
  assert.deepEqual(request.values('x-forwarded-proto'), ['http']);
  assert.deepEqual(request.values('x-forwarded-host'), ['t.local']);
  assert.deepEqual(request.values('x-forwarded-port'), ['80']);
  assert.equal(request.values('x-request-id').length, 1);
  assert.doesNotMatch(scene.origin('o1').received, /6\.6\.6\.6|evil|forged/);
});

for (const trusted of ['127.0.0.0/8', '127.0.0.1', '::ffff:127.0.0.1/128']) {
  test(`a proxy in TRUSTED_PROXIES (${trusted}) is trusted`, async () => {
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

test('another proxy in TRUSTED_PROXIES does not make this one trusted', async () => {
  await using scene = await startScene({ ...spec, settings: { trustedProxies: ['10.0.0.0/8'] } });
  await scene.exchange(get('/', ...FORGED));
  assert.deepEqual(scene.origin('o1').requests[0]?.values('x-forwarded-for'), ['127.0.0.1']);
});

const OVERRIDES = ['X-Original-URL: /app', 'X_Rewrite_URL: /app'];

for (const [name, settings] of [
  ['DROP_HEADERS=none', { dropHeaders: [] }],
  ['a proxy in TRUSTED_PROXIES may send the fields of DROP_HEADERS', { trustedProxies: ['127.0.0.1'] }],
] as const) {
  test(name, async () => {
    await using scene = await startScene({ ...spec, settings });
    await scene.exchange(get('/', ...OVERRIDES));
    const { lines } = (scene.origin('o1').requests[0] as OriginRequest).head;
    assert.deepEqual(lines.slice(1, 3), OVERRIDES);
  });
}

test('DROP_HEADERS names other fields than the default', async () => {
  await using scene = await startScene({ ...spec, settings: { dropHeaders: ['x-user'] } });
  await scene.exchange(get('/', 'X-User: root', 'X.User: root', ...OVERRIDES));
  const { lines } = (scene.origin('o1').requests[0] as OriginRequest).head;
  assert.deepEqual(lines.slice(1, 3), OVERRIDES);
  assert.doesNotMatch(scene.origin('o1').received, /root/);
});

test('every exchange gets its own request id', async () => {
  await using scene = await startScene(spec);
  for (let count = 0; count < 3; count += 1) await scene.exchange(get('/'));
  const ids = scene.origin('o1').requests.map((request) => request.value('x-request-id'));
  assert.equal(new Set(ids).size, 3);
});
