import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchanges, get, type ExchangeCase } from '../rig/check.ts';
import type { OriginRequest } from '../rig/origin.ts';
import { startScene, type SceneSpec } from '../rig/scene.ts';

const spec: SceneSpec = {
  pods: [{ name: 'o1' }, { name: 'keyed', namespace: 'a', paths: '/app' }],
  keys: { a: 'supersecret' },
};

interface FieldsCase {
  readonly name: string;
  readonly send: readonly string[];
  /** Field by field, all values in order, as the pod gets them. */
  readonly pod: Readonly<Record<string, readonly string[]>>;
}

async function checkFields(title: string, scene: SceneSpec, cases: readonly FieldsCase[]): Promise<void> {
  await test(title, async (t) => {
    await using running = await startScene(scene);
    for (const one of cases) {
      await t.test(one.name, async () => {
        assert.equal((await running.exchange(get('/', ...one.send))).status, 200);
        const request = running.origin('o1').requests.at(-1) as OriginRequest;
        for (const [name, values] of Object.entries(one.pod))
          assert.deepEqual(request.values(name), values, name);
      });
    }
  });
}

await checkFields('hop-by-hop fields stay on their hop', spec, [
  { name: 'HD-25 named by Connection', send: ['Connection: close, X-Foo', 'X-Foo: 1'], pod: { 'x-foo': [] } },
  {
    name: 'P29 named by Connection',
    send: ['Connection: close, X-Secret', 'X-Secret: 1'],
    pod: { 'x-secret': [] },
  },
  { name: 'HD-27 host cannot be named away', send: ['Connection: host'], pod: { host: ['t.local'] } },
  {
    name: 'hop-by-hop by definition',
    send: [
      'Keep-Alive: timeout=5',
      'Proxy-Connection: keep-alive',
      'Proxy-Authorization: x',
      'TE: gzip',
      'Upgrade: foo',
    ],
    pod: { 'keep-alive': [], 'proxy-connection': [], 'proxy-authorization': [], te: [], upgrade: [] },
  },
  { name: 'HD-32 TE', send: ['TE: trailers, gzip', 'Connection: TE'], pod: { te: ['trailers'] } },
  { name: 'HD-32 TE gzip', send: ['TE: gzip', 'Connection: TE'], pod: { te: [] } },
  {
    name: 'HD-30 odd but well-formed list',
    send: ['Connection: ,, , keep-alive ,'],
    pod: { host: ['t.local'] },
  },
  {
    name: 'HD-24 aliases of what the router checks or sets',
    send: [
      'X_ROUTING_API_KEY: k',
      'X_Forwarded_For: 1.1.1.1',
      'Content_Length: 5',
      'Transfer_Encoding: chunked',
    ],
    pod: { x_routing_api_key: [], x_forwarded_for: [], content_length: [], transfer_encoding: [] },
  },
  { name: 'P28 other underscores pass', send: ['X_Foo: 1'], pod: { x_foo: ['1'] } },
  { name: 'P28 twice', send: ['X-Foo: 1', 'X-Foo: 2'], pod: { 'x-foo': ['1', '2'] } },
  { name: 'HD-16 8-bit bytes', send: ['X-Foo: \x80\xff\xe9'], pod: { 'x-foo': ['\x80\xff\xe9'] } },
  {
    name: 'HD-18 names of object properties',
    send: ['constructor: y', 'toString: z'],
    pod: { constructor: ['y'], tostring: ['z'] },
  },
  { name: 'P24 Expect', send: ['Expect: 100-continue'], pod: { expect: [] } },
]);

test('HD-23 P28 lines keep their order and the case of their names', async () => {
  await using scene = await startScene(spec);
  const lines = [
    'cOOkie: a=1',
    'Accept: x',
    'X-B: 1',
    'accept: y',
    'Cookie: b=2',
    'ACCEPT: z',
    'x-a: 2',
    '__proto__: x',
  ];
  await scene.exchange(get('/', ...lines));
  const sent = new Set(lines);
  assert.deepEqual(
    scene.origin('o1').requests[0]?.head.lines.filter((line) => sent.has(line)),
    lines,
  );
});

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

test('HD-28 what the router sets cannot be named away', async () => {
  await using scene = await startScene(spec);
  await scene.exchange(
    get(
      '/',
      'Connection: X-Forwarded-For, X-Real-IP, X-Forwarded-Host, X-Forwarded-Proto, X-Forwarded-Port, X-Request-Id',
    ),
  );
  const request = scene.origin('o1').requests[0] as OriginRequest;
  for (const name of [
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-port',
    'x-request-id',
  ]) {
    assert.equal(request.values(name).length, 1, name);
  }
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
