import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import { samplesOf } from '../telemetry/exposition.ts';
import { startPodway } from './podway.ts';
import { SlowPod } from './slow-pod.ts';

const KEY = 'open sesame';
const SENT = Buffer.from(KEY).toString('base64');

test('/routes and /metrics describe a running router, and no output contains a key', async () => {
  using pod = await SlowPod.start();
  await using podway = await startPodway({
    env: { ACCESS_LOG: 'json', LOG_LEVEL: 'trace' },
    manifests: {
      'pod.json': pod.manifest,
      'bad.json': podManifest({
        name: 'bad',
        namespace: 'shop',
        hosts: 'bad_host ok.local',
        paths: '/ proto=h2c',
        port: 1,
      }),
      'typed.json': {
        ...podManifest({ name: 'typed', namespace: 'shop', hosts: 't.local', paths: '/', port: 1 }),
        metadata: { name: 'typed', namespace: 'shop', labels: { routable: true } },
      },
      'secret.json': secretManifest('shop', { 'api-key': KEY }),
      'empty.json': secretManifest('attic', { 'api-key': '' }),
    },
  });
  await podway.until(200);

  assert.equal((await podway.get('/')).status, 403);
  const reply = podway.get('/?q=1', { 'x-routing-api-key': SENT });
  await pod.untilWaiting(1);
  const during = JSON.parse((await podway.admin('/routes')).body);
  pod.answer();
  assert.equal((await reply).status, 200);

  assert.equal(during.synced, true);
  assert.ok(during.revision >= 1);
  assert.deepEqual(
    during.routes.map(({ host, path }: { host: string; path: string }) => host + path),
    ['ok.local/', 't.local/'],
  );
  assert.equal(during.routes[0].endpoints[0].options, 'proto=h2c');
  const [endpoint] = during.routes[1].endpoints;
  assert.deepEqual(
    { ...endpoint, port: 0 },
    {
      namespace: 'shop',
      pod: 'slow',
      address: '127.0.0.1',
      port: 0,
      condition: 'ready',
      inFlight: 1,
      failures: 0,
      ejectedFor: 0,
    },
  );
  assert.deepEqual(during.keyedNamespaces, [
    { namespace: 'attic', keys: 0 },
    { namespace: 'shop', keys: 1 },
  ]);
  const rejected = during.rejections.map(
    ({ kind, namespace, name, reason, detail, expected }: Record<string, string>) => {
      assert.ok(expected);
      return `${kind} ${namespace}/${name} ${reason} ${detail}`;
    },
  );
  assert.deepEqual(rejected.sort(), [
    'Pod shop/bad host-malformed bad_host',
    'Pod shop/typed wrong-type metadata.labels.routable: json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string',
    'Secret attic/routing key-empty api-key',
  ]);

  const metrics = await podway.eventually(async () => {
    const { body, headers } = await podway.admin('/metrics');
    assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
    const samples = samplesOf(body);
    assert.equal(
      samples.get('podway_requests_total{code="200",host="t.local",method="GET",namespace="shop",path="/"}'),
      1,
    );
    assert.equal(samples.get('podway_route_ready_endpoints{host="t.local",path="/"}'), 1);
    assert.equal(samples.get('podway_namespace_keys{namespace="attic"}'), 0);
    // A folder has no watch, so there is no watch that could be silent.
    assert.equal(samples.get('podway_watch_last_activity_age_seconds{resource="pods"}'), undefined);
    assert.equal(samples.get('podway_exchanges_in_flight'), 0);
    return { body, samples };
  });
  assert.equal(metrics.samples.get('podway_routes'), 2);
  assert.equal(metrics.samples.get('podway_endpoints{condition="ready"}'), 2);
  assert.equal(metrics.samples.get('podway_rejections{reason="host-malformed"}'), 1);
  const again = samplesOf((await podway.admin('/metrics')).body);
  assert.equal(again.get('podway_downstream_connections_accepted_total'), 2, 'increments are counted once');

  const pages = await Promise.all(
    ['/', '/healthz', '/readyz', '/routes', '/metrics'].map((path) => podway.admin(path)),
  );
  podway.kill('SIGTERM');
  const { stdout, stderr } = await podway.ended;
  assert.match(stdout, /"type":"access".*"target":"\/\?q=1"/);
  const everything = [...pages.map(({ body }) => body), stdout, stderr].join('\n');
  const digest = (encoding: 'base64' | 'hex') => createHash('sha256').update(SENT).digest(encoding);
  for (const secret of [KEY, SENT, digest('base64'), digest('hex')])
    assert.ok(!everything.includes(secret), secret);
});

test('a change of the folder takes effect; the series of a removed route are removed', async () => {
  using pod = await SlowPod.start();
  await using podway = await startPodway({ manifests: { 'pod.json': pod.manifest } });
  await podway.until(200);
  const reply = podway.get('/');
  await pod.untilWaiting(1);
  pod.answer();
  await reply;
  const has = async (name: RegExp) => name.test((await podway.admin('/metrics')).body);
  await podway.eventually(async () => assert.ok(await has(/podway_requests_total\{host="t\.local"/)));
  const { metadata, ...rest } = pod.manifest;
  const annotations = { ...metadata.annotations, routingHosts: 'u.local' };
  await podway.write('pod.json', { ...rest, metadata: { ...metadata, annotations } });
  await podway.eventually(async () => assert.ok(!(await has(/host="t\.local"/))));
  await podway.eventually(async () =>
    assert.ok(await has(/^podway_route_propagation_seconds_count [2-9]/m), 'the start and the change'),
  );
  const moved = podway.get('/', { host: 'u.local' });
  await pod.untilWaiting(1);
  pod.answer();
  assert.equal((await moved).status, 200);
});

test('an empty folder is a complete list: ready, and every host unknown; admin pages accept only GET and HEAD, and are not on the public port', async () => {
  await using podway = await startPodway({ manifests: {}, env: { UNKNOWN_HOST: '404' } });
  await podway.until(200);
  assert.equal((await podway.get('/')).status, 404);
  for (const path of ['/', '/healthz', '/readyz', '/metrics', '/routes']) {
    assert.equal((await podway.admin(path)).status, 200, path);
    const head = await podway.admin(`${path}?x=1`, 'HEAD');
    assert.deepEqual([head.status, head.body], [200, ''], path);
    const post = await podway.admin(path, 'POST');
    assert.deepEqual([post.status, post.headers['allow']], [405, 'GET, HEAD'], path);
    assert.equal((await podway.get(path)).status, 404, `${path} on the public port`);
  }
  for (const path of ['/nothing', '/__proto__', '/routes/', '//']) {
    assert.equal((await podway.admin(path)).status, 404, path);
  }
});
