import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchanges, forwarded, get, head, type ExchangeCase } from '../fixtures/check.ts';
import { base64, podManifest } from '../fixtures/manifest.ts';
import { answered, checkConversations, relayed, sees, type Conversation } from '../fixtures/conversation.ts';
import { startScene } from '../fixtures/scene.ts';
import { handshake } from '../fixtures/websocket.ts';
import { testTitle } from '../fixtures/test-title.ts';

const GOOD = 'c3VwZXJzZWNyZXQ=';
const NAME = 'X-ROUTING-API-KEY';
const KEY = `${NAME}: ${GOOD}`;
const spec = {
  pods: [
    { name: 'open', namespace: 'pub' },
    { name: 'app', namespace: 'a', paths: '/app' },
    { name: 'other', namespace: 'b', paths: '/other' },
  ],
  keys: { a: 'supersecret', b: 'another' },
};

const denied = (name: string, ...lines: string[]): ExchangeCase => ({
  name,
  send: get('/app', ...lines),
  status: 403,
});
const granted = (name: string, ...lines: string[]): ExchangeCase => ({
  name,
  send: get('/app', ...lines),
  status: 200,
  origin: 'app',
  upstream: forwarded('GET /app'),
});
const values = (row: string, ...texts: string[]): ExchangeCase[] =>
  texts.map((text) =>
    denied(testTitle(row, `value ${JSON.stringify(text.slice(0, 40))}`), `${NAME}: ${text}`),
  );

await checkExchanges('only the exact key opens a namespace', spec, [
  denied('no key (AU-01)'),
  denied('the key of another namespace (AU-02)', `${NAME}: ${base64('another')}`),
  granted('the key (T5)', KEY),
  granted('the header name in lower case (T12)', `x-routing-api-key: ${GOOD}`),
  granted('the header name in mixed case (AU-03)', `X-Routing-Api-Key: ${GOOD}`),
  granted('white space around the key (T6)', `${NAME}: \t ${GOOD} \t`),
  denied('twice, right (T11)', KEY, KEY),
  denied('the right and a wrong key (T11)', KEY, `${NAME}: x`),
  denied('a wrong and the right key (T11)', `${NAME}: x`, KEY),
  denied('the right and an empty key (AU-04)', KEY, `${NAME}:`),
  ...values('AU-05', `${GOOD}, bad`, `${GOOD},${GOOD}`, `${GOOD};x`, `"${GOOD}"`, 'c3Vw ZXJzZWNyZXQ='),
  ...values('AU-07', 'supersecret', 'c3VwZXJzZWNyZXQ', `${GOOD}=`, base64('supersecret\n'), base64(GOOD)),
  ...values(
    'AU-08',
    '',
    GOOD.slice(0, -2),
    GOOD.slice(1),
    `d${GOOD.slice(1)}`,
    GOOD.toLowerCase(),
    'x'.repeat(8000),
  ),
  ...values('AU-09', '\x80\xff\xe9', `${GOOD}\x80`, '\xff'.repeat(GOOD.length)),
  denied('underscores (T10)', `X_ROUTING_API_KEY: ${GOOD}`),
  denied('elsewhere (AU-10)', `Cookie: ${NAME}=${GOOD}`, `Authorization: Bearer ${GOOD}`),
  { name: 'the key in the query (AU-10)', send: get(`/app?${NAME}=${GOOD}`), status: 403 },
  {
    name: 'the key in a trailer (AU-10)',
    send: `${get('/app', 'Transfer-Encoding: chunked')}0\r\n${KEY}\r\n\r\n`,
    status: 403,
    after: 'closed',
  },
  ...[`${NAME} : ${GOOD}`, `${NAME}\x85: ${GOOD}`, `X-A: b\r\n ${KEY}`].map(
    (line): ExchangeCase => ({
      name: `${JSON.stringify(line)} (AU-11)`,
      send: get('/app', line),
      status: 400,
      after: 'closed',
    }),
  ),
  ...['OPTIONS', 'HEAD', 'DELETE', 'PROPFIND'].map(
    (method): ExchangeCase => ({
      name: `${method} (AU-27)`,
      send: head(`${method} /app HTTP/1.1`, 'Host: t.local', 'X-HTTP-Method-Override: GET'),
      status: 403,
    }),
  ),
  { name: 'TRACE (AU-27)', send: head('TRACE /app HTTP/1.1', 'Host: t.local'), status: 405, after: 'closed' },
  {
    name: 'CONNECT (AU-27)',
    send: head('CONNECT /app HTTP/1.1', 'Host: t.local'),
    status: 405,
    after: 'closed',
  },
  { name: 'the other path requires the other key (T13)', send: get('/other', KEY), status: 403 },
  {
    name: 'the other path opens with the other key (T13)',
    send: get('/other', `${NAME}: ${base64('another')}`),
    status: 200,
    origin: 'other',
    upstream: forwarded('GET /other'),
  },
  { name: 'an escaped spelling of the path (PC-16)', send: get('/%61pp/x'), status: 403 },
  { name: 'a doubled slash (PC-16)', send: get('//app'), status: 403 },
  ...['T.LOCAL', 't.local.', 't.local:80', 'T.Local.:8080'].map(
    (host): ExchangeCase => ({
      name: `the host in the spelling ${host} (AU-22)`,
      send: head('GET /app HTTP/1.1', `Host: ${host}`),
      status: 403,
    }),
  ),
]);

await checkExchanges(
  'the path is looked up before the key is checked (T9)',
  { pods: [{ name: 'app', namespace: 'a', paths: '/app' }], keys: { a: 'supersecret' } },
  [
    { name: 'unknown path, wrong key', send: get('/none', `${NAME}: x`), status: 404 },
    { name: 'unknown path, right key', send: get('/none', KEY), status: 404 },
  ],
);

for (const [name, secret] of [
  ['a trailing newline (T7)', 'supersecret\n'],
  ['binary (AU-14)', Buffer.from([0, 255, 10, 13, 127, 128])],
  ['one byte (AU-14)', Buffer.of(0)],
  ['4,096 bytes (AU-14)', Buffer.alloc(4096, 0xfe)],
] as const) {
  test(testTitle(name, 'base64 of the exact bytes is the key'), async () => {
    await using scene = await startScene({ ...spec, keys: { a: secret } });
    const response = await scene.exchange(get('/app', `${NAME}: ${base64(secret)}`));
    assert.equal(response.status, 200);
    const trimmed = base64(Buffer.from(secret).subarray(0, -1));
    assert.equal((await scene.exchange(get('/app', `${NAME}: ${trimmed}`))).status, 403);
  });
}

await checkExchanges('an empty key closes the namespace (AU-12)', { ...spec, keys: { a: '' } }, [
  denied('no header'),
  denied('empty header', `${NAME}:`),
  denied('any header', KEY),
]);

test('the pod gets neither the key nor an empty field of that name (T17)', async () => {
  await using scene = await startScene(spec);
  await scene.exchange(get('/app', KEY));
  await scene.exchange(get('/', KEY));
  for (const name of ['app', 'open']) {
    assert.equal(scene.origin(name).requests.length, 1);
    assert.doesNotMatch(scene.origin(name).received, /api.key|c3Vw/i);
  }
});

test('with FORWARD_API_KEY=true the pod gets the key (T17)', async () => {
  await using scene = await startScene({ ...spec, settings: { forwardApiKey: true } });
  await scene.exchange(get('/app', KEY));
  assert.deepEqual(scene.origin('app').requests[0]?.values(NAME), [GOOD]);
});

test('with FORWARD_API_KEY=true a pod does not get a key that its namespace has not accepted', async () => {
  await using scene = await startScene({
    pods: [
      ...spec.pods,
      { name: 'x', namespace: 'a', paths: '/shared' },
      { name: 'y', namespace: 'pub', paths: '/shared' },
    ],
    keys: { a: 'supersecret' },
    settings: { forwardApiKey: true },
  });
  await scene.exchange(get('/', KEY));
  await scene.exchange(get('/', KEY, KEY));
  assert.equal(scene.origin('open').requests.length, 2);
  await scene.exchange(get('/shared'));
  assert.equal(scene.origin('y').requests.length, 1);
  await scene.exchange(get('/shared', KEY));
  assert.deepEqual(scene.origin('x').requests[0]?.values(NAME), [GOOD]);
  for (const name of ['open', 'y']) assert.doesNotMatch(scene.origin(name).received, /api.key|c3Vw/i);
  // After the deletion of its Secret a key belongs to no namespace.
  scene.router.removeSecret('a');
  await scene.exchange(get('/app', KEY));
  assert.deepEqual(scene.origin('app').requests[0]?.values(NAME), []);
});

test('another header may carry the key', async () => {
  await using scene = await startScene({ ...spec, settings: { apiKeyHeader: 'x-something-custom-api-key' } });
  assert.equal((await scene.exchange(get('/app', KEY))).status, 403);
  assert.equal((await scene.exchange(get('/app', `X-SOMETHING-CUSTOM-API-KEY: ${GOOD}`))).status, 200);
});

test('on a shared path each key reaches only its own pods, in any order of events (T14, AU-19, AU-20)', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'x', namespace: 'a' },
      { name: 'y', namespace: 'b' },
      { name: 'z', namespace: 'pub' },
    ],
    keys: { a: 'supersecret', b: 'another' },
  });
  const authors = async (...lines: string[]): Promise<Set<string | undefined>> => {
    const seen = new Set<string | undefined>();
    for (let count = 0; count < 6; count += 1) {
      seen.add((await scene.exchange(get('/', ...lines))).value('x-origin'));
    }
    return seen;
  };
  assert.deepEqual(await authors(), new Set(['z']));
  assert.deepEqual(await authors(KEY), new Set(['x']));
  assert.deepEqual(await authors(`${NAME}: ${base64('another')}`), new Set(['y']));
});

test('without an open namespace on the path, no key is 403 (T14)', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'x', namespace: 'a' },
      { name: 'y', namespace: 'b' },
    ],
    keys: { a: 'supersecret', b: 'another' },
  });
  assert.equal((await scene.exchange(get('/'))).status, 403);
  assert.equal((await scene.exchange(get('/', `${NAME}: x`))).status, 403);
});

await checkExchanges(
  'a longer path of another namespace has its own key, and no other (AU-21)',
  { ...spec, pods: [...spec.pods, { name: 'below', namespace: 'b', paths: '/app/admin' }] },
  [
    { name: 'no key (AU-21)', send: get('/app/admin'), status: 403 },
    { name: 'the key of the shorter path (AU-21)', send: get('/app/admin', KEY), status: 403 },
    {
      name: 'the key of the longer path (AU-21)',
      send: get('/app/admin', `${NAME}: ${base64('another')}`),
      status: 200,
      origin: 'below',
      upstream: forwarded('GET /app/admin'),
    },
  ],
);

test('while a keyed namespace has no pods, its key opens no other namespace, and works again with new pods (AU-23)', async () => {
  const pods = [
    { name: 'x', namespace: 'a' },
    { name: 'y', namespace: 'b' },
  ];
  await using scene = await startScene({ pods, keys: { a: 'supersecret', b: 'another' } });
  const { port } = scene.origin('x');
  scene.router.removePod('a', 'x');
  assert.equal((await scene.exchange(get('/', KEY))).status, 403);
  assert.equal((await scene.exchange(get('/', `${NAME}: ${base64('another')}`))).value('x-origin'), 'y');
  scene.router.applyPod(podManifest({ name: 'x', namespace: 'a', hosts: 't.local', paths: '/', port }));
  assert.equal((await scene.exchange(get('/', KEY))).value('x-origin'), 'x');
});

const DENIED = answered('403 Forbidden', 'key-refused');
const REFUSED = answered('403 Forbidden', 'key-refused', 'close');
const GIGABYTE = ['Host: t.local', 'Content-Length: 1073741824', `${NAME}: x`];

const app = relayed('200 OK', ['X-Origin: app', 'Date: <date>', 'Content-Length: 12'], 'app GET /app');

await checkConversations('every request of a connection is authorised separately', [
  ...[[], ['Expect: 100-continue']].map(
    (lines): Conversation => ({
      name: `a gigabyte with the wrong key is refused immediately, ${lines[0] ?? 'without Expect'} (AU-28)`,
      pods: { app: { namespace: 'a', paths: '/app' } },
      keys: { a: 'supersecret' },
      client: [head('POST /app HTTP/1.1', ...GIGABYTE, ...lines), 'x'.repeat(60_000), sees(REFUSED)],
      upstream: {},
      after: 'closed',
    }),
  ),
  {
    name: 'pipelined requests with the key, without it, and with it (AU-25)',
    pods: { app: { namespace: 'a', paths: '/app' } },
    keys: { a: 'supersecret' },
    client: [get('/app', KEY) + get('/app') + get('/app', KEY), sees(app + DENIED + app)],
    upstream: { app: forwarded('GET /app').repeat(2) },
    after: 'kept',
    log: ['200', '403 key-refused', '200'],
  },
  {
    name: 'a handshake without the key, and the bytes after it (W2, AU-26)',
    pods: { app: { namespace: 'a', paths: '/app' } },
    keys: { a: 'supersecret' },
    client: [handshake('/app') + get('/app', KEY), sees(REFUSED)],
    upstream: {},
    after: 'closed',
  },
]);
