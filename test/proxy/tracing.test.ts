import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { startScene, type Scene, type SceneSpec } from '../fixtures/scene.ts';
import { carriesBothWays, echoing } from '../fixtures/websocket.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const SAMPLED = `traceparent: 00-${TRACE}-${SPAN}-01`;
const UNSAMPLED = `traceparent: 00-${TRACE}-${SPAN}-00`;

const ALL = { traces: 'otlp', traceSampling: 1 } as const;
const NONE = { traces: 'otlp', traceSampling: 0 } as const;
const TRUSTED = { trustedProxies: ['127.0.0.1'] };
const POD = { name: 'o1' };

function scene(settings: SceneSpec['settings'], pods: SceneSpec['pods'] = [POD]): Promise<Scene> {
  return startScene({ pods, settings: { ...settings } });
}

/** The trace fields that a pod has received. */
async function traceFields(it: Scene, pod = 'o1', request = 0): Promise<Record<string, string>> {
  const { lines } = (await it.origin(pod).request(request)).head;
  const fields = lines.map((line) => /^(traceparent|tracestate|baggage): (.*)$/i.exec(line));
  return Object.fromEntries(fields.flatMap((it) => (it === null ? [] : [[it[1]?.toLowerCase(), it[2]]])));
}

test('a request has a span, its attempt has another one, and the pod gets that as its parent', async () => {
  await using it = await scene(ALL);
  await it.exchange(get('/a?secret=1'));
  const [span, ...more] = it.router.spans().spans;
  assert.ok(span && more.length === 0);
  const [attempt] = span.attempts;
  assert.match(span.traceId, /^[0-9a-f]{32}$/);
  assert.deepEqual([span.parentSpanId, span.traceState, span.link, span.routePath], ['', '', undefined, '/']);
  assert.notEqual(attempt?.spanId, span.spanId);
  assert.deepEqual([attempt?.pod, attempt?.status, attempt?.error], ['o1', 200, '']);
  assert.deepEqual(await traceFields(it), { traceparent: `00-${span.traceId}-${attempt?.spanId}-01` });
  assert.equal(it.router.log[0]?.traceId, span.traceId);
});

test('every request has its own ids', async () => {
  await using it = await scene(ALL);
  const requests = 400;
  using client = await it.client();
  for (let at = 0; at < requests; at++) await client.exchange(get('/'));
  const { spans } = it.router.spans();
  const ids = spans.flatMap(({ spanId, attempts }) => [spanId, ...attempts.map((one) => one.spanId)]);
  assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, requests);
  assert.equal(new Set(ids).size, 2 * requests);
});

test('an untrusted client can neither prevent a trace nor continue its own, which becomes a link', async () => {
  await using it = await scene(ALL);
  await it.exchange(get('/', UNSAMPLED, 'tracestate: a=b', 'baggage: user=root'));
  const [span] = it.router.spans().spans;
  assert.ok(span);
  assert.notEqual(span.traceId, TRACE);
  assert.deepEqual([span.parentSpanId, span.traceState], ['', '']);
  assert.deepEqual(span.link, { traceId: TRACE, spanId: SPAN });
  assert.deepEqual(await traceFields(it), {
    traceparent: `00-${span.traceId}-${span.attempts[0]?.spanId}-01`,
  });
});

test('an untrusted client cannot request a trace', async () => {
  await using it = await scene(NONE);
  await it.exchange(get('/', SAMPLED, 'tracestate: a=b', 'baggage: user=root'));
  assert.deepEqual(it.router.spans().spans, []);
  const { traceparent = '', ...more } = await traceFields(it);
  assert.match(traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  assert.ok(!traceparent.includes(TRACE));
  assert.deepEqual(more, {});
});

test("the trace of a trusted peer continues, regardless of podway's own sampling", async () => {
  await using it = await scene({ ...NONE, ...TRUSTED });
  await it.exchange(get('/', SAMPLED, 'tracestate: a=b', 'Tracestate: c=d', 'baggage: tenant=1'));
  const [span] = it.router.spans().spans;
  assert.ok(span);
  assert.deepEqual([span.traceId, span.parentSpanId, span.link], [TRACE, SPAN, undefined]);
  assert.deepEqual(await traceFields(it), {
    traceparent: `00-${TRACE}-${span.attempts[0]?.spanId}-01`,
    tracestate: 'a=b,c=d',
    baggage: 'tenant=1',
  });
});

test('requests of a trusted peer that does not sample are not traced', async () => {
  await using it = await scene({ ...ALL, ...TRUSTED });
  await it.exchange(get('/', UNSAMPLED));
  assert.deepEqual(it.router.spans().spans, []);
  const { traceparent = '' } = await traceFields(it);
  assert.ok(traceparent.startsWith(`00-${TRACE}-`) && traceparent.endsWith('-00'));
});

const UNREADABLE: Readonly<Record<string, readonly string[]>> = {
  'version ff': [`traceparent: ff-${TRACE}-${SPAN}-01`],
  zeros: [`traceparent: 00-${'0'.repeat(32)}-${SPAN}-01`],
  'upper case': [`traceparent: 00-${TRACE.toUpperCase()}-${SPAN}-01`],
  'two lines': [SAMPLED, SAMPLED],
  nothing: ['traceparent:'],
  'a state without a parent': [],
};

for (const [name, lines] of Object.entries(UNREADABLE)) {
  test(`an unreadable context begins a new trace, even from a trusted peer: ${name} (TC-01)`, async () => {
    await using it = await scene({ ...ALL, ...TRUSTED });
    const response = await it.exchange(get('/', ...lines, 'tracestate: a=b'));
    assert.equal(response.status, 200);
    const [span] = it.router.spans().spans;
    assert.ok(span);
    assert.notEqual(span.traceId, TRACE);
    assert.deepEqual(await traceFields(it), {
      traceparent: `00-${span.traceId}-${span.attempts[0]?.spanId}-01`,
    });
  });
}

test('a trace state that is too long is dropped, and the trace continues (TC-01)', async () => {
  await using it = await scene({ ...ALL, ...TRUSTED });
  await it.exchange(get('/', SAMPLED, `tracestate: a=${'b'.repeat(1_024)}`));
  const { traceparent = '', tracestate } = await traceFields(it);
  assert.deepEqual([traceparent.slice(3, 35), tracestate], [TRACE, undefined]);
});

test('each attempt has a span, and each pod its own parent', async () => {
  const pods = [{ name: 'gone', refuses: true }, { name: 'well' }];
  await using it = await scene(ALL, pods);
  for (let at = 0; at < 2; at++) await it.exchange(get('/'));
  const [retried] = it.router.spans().spans.filter(({ attempts }) => attempts.length === 2);
  assert.ok(retried);
  const [first, second] = retried.attempts;
  assert.deepEqual([first?.pod, first?.status, first?.error], ['gone', 0, 'connect-refused']);
  assert.deepEqual([second?.pod, second?.status, second?.error], ['well', 200, '']);
  assert.notEqual(first?.spanId, second?.spanId);
  const requests = it.origin('well').requests.length;
  const parents = await Promise.all(Array.from({ length: requests }, (_, at) => traceFields(it, 'well', at)));
  assert.ok(parents.some(({ traceparent = '' }) => traceparent.includes(`-${second?.spanId}-`)));
});

test('a failure of the router is recorded even if the request was not sampled', async () => {
  await using it = await scene(NONE, [{ name: 'gone', refuses: true }]);
  await it.exchange(get('/'));
  await it.exchange(get('/', 'Host: other'));
  const { spans } = it.router.spans();
  assert.deepEqual(
    spans.map(({ access, attempts }) => [access.status, access.reason, attempts]),
    [[502, 'connect-refused', []]],
  );
  assert.equal(it.router.log[0]?.traceId, spans[0]?.traceId);
});

test('an answer of the router has a span without attempts', async () => {
  await using it = await scene(ALL, [{ name: 'o1', paths: '/a' }]);
  await it.exchange(get('/b'));
  const [span] = it.router.spans().spans;
  assert.deepEqual([span?.access.status, span?.routePath, span?.attempts], [404, '', []]);
});

test('requests over the limit are not traced, but counted', async () => {
  await using it = await scene({ ...ALL, traceSpansPerSecond: 4 });
  using client = await it.client();
  for (let at = 0; at < 5; at++) await client.exchange(get('/'));
  const { spans, overLimit } = it.router.spans();
  // A new second may have begun.
  assert.ok(spans.length >= 2 && spans.length + overLimit === 5, `${spans.length} ${overLimit}`);
  assert.ok(overLimit > 0);
  assert.match((await traceFields(it, 'o1', 2))['traceparent'] ?? '', /-00$/);
});

test('a tunnel has a span from its handshake to its end', async () => {
  await using it = await scene(ALL, [{ name: 'o1', answer: echoing }]);
  using client = await it.client();
  await carriesBothWays(client, Buffer.from('hello'));
  while (it.router.spans().spans.length === 0) await new Promise(setImmediate);
  const [span] = it.router.spans().spans;
  assert.deepEqual([span?.access.status, span?.access.tunnel], [101, true]);
  assert.equal((await traceFields(it))['traceparent'], `00-${span?.traceId}-${span?.attempts[0]?.spanId}-01`);
});

test('a removed route keeps its name in waiting spans (TC-03)', async () => {
  await using it = await scene(ALL, [{ name: 'o1', paths: '/shop' }]);
  await it.exchange(get('/shop'));
  it.router.removePod('default', 'o1');
  assert.equal(it.router.spans().spans[0]?.routePath, '/shop');
});

test('without tracing podway forwards trace fields like other fields', async () => {
  await using it = await scene({});
  await it.exchange(get('/', SAMPLED, 'tracestate: a=b', 'baggage: user=1'));
  assert.deepEqual(await traceFields(it), {
    traceparent: `00-${TRACE}-${SPAN}-01`,
    tracestate: 'a=b',
    baggage: 'user=1',
  });
  assert.equal(it.router.log[0]?.traceId, undefined);
});
