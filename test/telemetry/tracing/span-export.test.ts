import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessRecord } from '../../../src/boundary/access-record.ts';
import type { SpanRecord } from '../../../src/boundary/span-record.ts';
import type { Logger } from '../../../src/telemetry/logger.ts';
import { SpanExport } from '../../../src/telemetry/tracing/span-export.ts';
import { OtlpCollector } from '../../fixtures/otlp-collector.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

const ACCESS: AccessRecord = {
  time: 1_700_000_000_250.5,
  clientAddress: '192.0.2.7',
  method: 'GET',
  target: '/shop/cart?card=4111',
  host: 'shop.example.com:8443',
  protocol: 'HTTP/2.0',
  status: 200,
  bytesSent: 12,
  bytesReceived: 3,
  duration: 0.25,
  upstreamAddress: '[2001:db8::1]:3000',
  upstreamDuration: 0.01,
  attempts: 2,
  tries: [],
  route: 'shop.example.com/shop',
  namespace: 'shop',
  pod: 'web-1',
  reason: '',
  detail: '',
  requestId: 'abc1',
  referer: '',
  userAgent: 'curl/8',
  tunnel: false,
  decomposed: false,
};

const RECORD: SpanRecord = {
  traceId: TRACE,
  spanId: 'b7ad6b7169203331',
  parentSpanId: '',
  traceState: '',
  link: undefined,
  routePath: '/shop',
  scheme: 'https',
  access: ACCESS,
  attempts: [
    {
      spanId: '00000000000000a1',
      namespace: 'shop',
      pod: 'web-0',
      address: '10.0.0.9:3000',
      error: 'connect-refused',
      time: 1_700_000_000_251,
      duration: 0.001,
      status: 0,
    },
    {
      spanId: '00000000000000a2',
      namespace: 'shop',
      pod: 'web-1',
      address: '[2001:db8::1]:3000',
      error: '',
      time: 1_700_000_000_252,
      duration: 0.2,
      status: 200,
    },
  ],
};

interface Scene extends AsyncDisposable {
  readonly collector: OtlpCollector;
  readonly spans: SpanExport;
  readonly complaints: unknown[];
}

/** The exporter reads the environment when it is created. */
async function sceneOf(queue = 4_096, env: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const collector = await OtlpCollector.start();
  const complaints: unknown[] = [];
  const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_TIMEOUT: '1500', ...env };
  Object.assign(process.env, settings);
  const logger = { warn: (line: unknown) => complaints.push(line) } as unknown as Logger;
  const spans = new SpanExport({ version: '1.2.3', queue, logInterval: 60_000, logger });
  for (const name of Object.keys(settings)) delete process.env[name];
  return { collector, spans, complaints, [Symbol.asyncDispose]: () => collector[Symbol.asyncDispose]() };
}

function batch(count: number, record = RECORD) {
  return { spans: Array.from({ length: count }, () => record), overLimit: 0 };
}

test('a request and its attempts have the names of the conventions, and no query', async () => {
  await using it = await sceneOf(100, {
    OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=podway-0,service.name=edge',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer t',
  });
  it.spans.take(batch(1));
  await it.spans.close();
  const [server, first, second] = it.collector.spans;
  assert.equal(it.collector.spans.length, 3);
  assert.deepEqual(
    it.collector.requests.map(({ path, headers }) => [path, headers.authorization]),
    [['/v1/traces', 'Bearer t']],
  );
  assert.deepEqual([server?.name, server?.kind, server?.status], ['GET /shop', 2, 0]);
  assert.deepEqual([server?.traceId, server?.spanId, server?.parentSpanId], [TRACE, RECORD.spanId, '']);
  assert.deepEqual([server?.start, server?.end], [1_700_000_000_250_500_000n, 1_700_000_000_500_500_000n]);
  assert.deepEqual(server?.attributes, {
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'http.route': '/shop',
    'server.address': 'shop.example.com',
    'server.port': 8443,
    'url.scheme': 'https',
    'url.path': '/shop/cart',
    'client.address': '192.0.2.7',
    'network.peer.address': '192.0.2.7',
    'network.protocol.version': '2',
    'user_agent.original': 'curl/8',
    'http.request.body.size': 3,
    'http.response.body.size': 12,
    'podway.request_id': 'abc1',
  });
  assert.deepEqual(
    [first?.name, first?.kind, first?.status, first?.parentSpanId],
    ['GET /shop', 3, 2, RECORD.spanId],
  );
  assert.deepEqual(first?.attributes, {
    'http.request.method': 'GET',
    'server.address': '10.0.0.9',
    'server.port': 3000,
    'network.peer.address': '10.0.0.9',
    'network.peer.port': 3000,
    'podway.upstream.namespace': 'shop',
    'podway.upstream.pod': 'web-0',
    'error.type': 'connect-refused',
  });
  assert.deepEqual(
    [second?.status, second?.attributes['http.request.resend_count'], second?.attributes['server.address']],
    [0, 1, '2001:db8::1'],
  );
  const { resource, scope } = server ?? {};
  assert.deepEqual(
    [resource?.['service.name'], resource?.['service.version'], resource?.['k8s.pod.name'], scope],
    ['edge', '1.2.3', 'podway-0', 'podway'],
  );
  assert.doesNotMatch(JSON.stringify(it.collector.spans.map((span) => span.attributes)), /4111/);
});

interface Shape {
  readonly name: string;
  readonly record: Partial<SpanRecord>;
  readonly access?: Partial<AccessRecord>;
  readonly span: Readonly<Record<string, unknown>>;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

const SHAPES: readonly Shape[] = [
  {
    name: 'continues a trace',
    record: { parentSpanId: '00f067aa0ba902b7', traceState: 'a=b' },
    span: { parentSpanId: '00f067aa0ba902b7', traceState: 'a=b', links: [] },
  },
  {
    name: 'has the context of an untrusted client as a link',
    record: { link: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' } },
    span: {
      parentSpanId: '',
      links: [{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }],
    },
  },
  {
    name: 'was refused is not a server error',
    record: { routePath: '' },
    access: { status: 404, reason: 'no-route' },
    span: { status: 0, name: 'GET' },
    attributes: { 'podway.reason': 'no-route', 'error.type': undefined, 'http.route': undefined },
  },
  {
    name: 'found no pod',
    record: {},
    access: { status: 503, reason: 'no-ready-pod' },
    span: { status: 2 },
    attributes: { 'error.type': 'no-ready-pod' },
  },
  {
    name: 'got 500 from the pod',
    record: {},
    access: { status: 500 },
    span: { status: 2 },
    attributes: { 'error.type': '500' },
  },
  {
    name: 'was answered with a truncated response of the pod',
    record: {},
    access: { status: 200, reason: 'upstream-reset' },
    span: { status: 2 },
    attributes: { 'error.type': 'upstream-reset' },
  },
  {
    name: 'has an unknown method',
    record: {},
    access: { method: 'BREW' },
    span: { name: 'HTTP /shop' },
    attributes: { 'http.request.method': '_OTHER', 'http.request.method_original': 'BREW' },
  },
  {
    name: 'came with an absolute target',
    record: {},
    access: { target: 'http://shop.example.com/a?b=c', host: 'shop.example.com' },
    span: {},
    attributes: { 'url.path': '/a', 'server.port': undefined },
  },
];

for (const { name, record, access, span, attributes = {} } of SHAPES) {
  test(`a request that ${name}`, async () => {
    await using it = await sceneOf();
    it.spans.take(batch(1, { ...RECORD, ...record, access: { ...ACCESS, ...access } }));
    await it.spans.close();
    const server = it.collector.spans.find(({ kind }) => kind === 2);
    assert.ok(server);
    for (const [key, value] of Object.entries(span))
      assert.deepEqual(server[key as keyof typeof server], value, key);
    for (const [key, value] of Object.entries(attributes))
      assert.deepEqual(server.attributes[key], value, key);
  });
}

test('a collector that asks for a pause gets the spans later (TC-02)', async () => {
  await using it = await sceneOf(100, { OTEL_EXPORTER_OTLP_TIMEOUT: '30000' });
  it.collector.reply = (request) =>
    request === 1 ? { status: 429, headers: { 'retry-after': '1' } } : { status: 200 };
  it.spans.take(batch(1));
  await it.collector.until(() => it.collector.requests.length === 2);
  await it.spans.close();
  assert.deepEqual([it.collector.requests.length, it.collector.spans.length], [2, 3]);
  assert.deepEqual(it.spans.figures(), { exported: 3, limit: 0, queue: 0, export: 0 });
});

test('spans that a collector refuses are counted, and reported once (TC-02)', async () => {
  await using it = await sceneOf();
  it.collector.reply = () => ({ status: 413 });
  it.spans.take(batch(200));
  await it.collector.until(() => it.collector.requests.length > 0);
  it.spans.take(batch(200));
  await it.spans.close();
  assert.deepEqual(it.spans.figures(), { exported: 0, limit: 0, queue: 0, export: 1_200 });
  assert.equal(it.complaints.length, 1);
});

test('a collector that does not answer blocks only the queue, not the end of podway (TC-02)', async () => {
  await using it = await sceneOf(1_000);
  it.collector.reply = () => undefined;
  it.spans.take(batch(200));
  await it.collector.until(() => it.collector.requests.length > 0);
  for (let at = 0; at < 100; at++) it.spans.take(batch(10));
  const { queue } = it.spans.figures();
  assert.ok(queue >= 1_900, String(queue));
  await it.spans.close();
});

test('an export has at most 512 spans, and the spans of a request stay together', async () => {
  await using it = await sceneOf();
  it.spans.take(batch(400));
  await it.collector.until(() => it.collector.requests.length === 3);
  await it.spans.close();
  assert.deepEqual(
    it.collector.requests.map(({ spans }) => spans),
    [510, 510, 180],
  );
  assert.equal(it.spans.figures().exported, 1_200);
});

test('without a collector only spans are lost (TC-02)', async () => {
  await using it = await sceneOf(100, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
  it.spans.take(batch(1));
  await it.spans.close();
  assert.deepEqual(it.spans.figures(), { exported: 0, limit: 0, queue: 0, export: 3 });
});

test('spans above the limit are counted', async () => {
  await using it = await sceneOf();
  it.spans.take({ spans: [], overLimit: 7 });
  assert.equal(it.spans.figures().limit, 7);
  await it.spans.close();
});
