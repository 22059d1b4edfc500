import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DURATION_BUCKETS,
  GAUGES,
  SCALAR_COUNTERS,
  type SeriesIncrement,
  type WorkerFigures,
} from '../../src/boundary/figures.ts';
import { HandshakeCounts } from '../../src/proxy/counts/handshake-counts.ts';
import type { EndpointCondition } from '../../src/boundary/delta.ts';
import { type ControlPlaneState, Metrics } from '../../src/telemetry/metrics.ts';
import { NOTHING_YET } from '../fixtures/control-plane-state.ts';
import { delta, type RouteText, recordsOf } from '../fixtures/table-delta.ts';
import { samplesOf, textOf } from './exposition.ts';

const STATE: ControlPlaneState = {
  ...NOTHING_YET,
  lastResortRoutes: 3,
  differingRoutes: 2,
  rejections: new Map([['host-malformed', 2]]),
  keys: { unknown: 2, deleted: 1, lookups: { none: 3, failed: 4 } },
  resources: [
    { resource: 'pods', up: true, idle: 1.5, failures: 0 },
    { resource: 'secrets', up: false, idle: undefined, failures: 7 },
  ],
  endpointReports: [],
  sourceProblems: new Map([['unreachable', 1]]),
  events: { written: 2, failed: 1, dropped: 0 },
  workerRestarts: 1,
  descriptorShortages: 0,
  logLinesDropped: 0,
};

function route(host: string, ...namespaces: string[]): RouteText {
  const endpoints = namespaces.map((namespace) => ({
    uid: namespace,
    namespace,
    pod: 'web',
    address: '10.0.0.1',
    port: 80,
    condition: 'ready' as const,
  }));
  return { host, path: '/', endpoints };
}

function increment(host: string, namespace: string, changes: Partial<SeriesIncrement>): SeriesIncrement {
  return { host, path: '/', namespace, requests: [], durations: [], ...changes };
}

function requests(host: string, namespace: string, count: number): SeriesIncrement {
  return increment(host, namespace, { requests: [{ method: 'GET', code: 200, count }] });
}

function figures(worker: number, changes: Partial<WorkerFigures>, value = 0): WorkerFigures {
  return {
    worker,
    refusals: [],
    failures: [],
    badResponses: [],
    queryargs: { restored: value, refused: value },
    http2: {
      goaways: { idle: 0, age: 0, drain: 0, crowded: 0, error: 0 },
      resets: { client: 0, router: 0 },
    },
    scalars: Object.fromEntries(SCALAR_COUNTERS.map((name) => [name, value])) as WorkerFigures['scalars'],
    handshakes: new HandshakeCounts().take(),
    totals: { answers: [], durations: [] },
    gauges: Object.fromEntries(GAUGES.map((name) => [name, value])) as WorkerFigures['gauges'],
    eventLoopDelay: { mean: 0.001, p99: 0.002, max: 0.003 },
    heapUsed: 1_000 + worker,
    ...changes,
  };
}

function countAll(metrics: Metrics, ...increments: readonly SeriesIncrement[]): void {
  for (const increment of increments) metrics.count(increment);
}

async function read(metrics: Metrics): Promise<Map<string, number>> {
  return samplesOf(await textOf(metrics.render(STATE)));
}

/** The labels of every series of requests. */
async function counted(metrics: Metrics): Promise<string[]> {
  const keys = [...(await read(metrics)).keys()].filter((key) => key.startsWith('podway_requests_total'));
  return keys.map((key) => key.replace(/.*host="([^"]*)".*namespace="([^"]*)".*/, '$1 $2')).sort();
}

test('the metrics of the control plane', async () => {
  const metrics = new Metrics('1.2.3');
  const conditions: EndpointCondition[] = ['ready', 'ready', 'terminating', 'unready'];
  const a = route('a', 'shop', 'shop', 'attic', 'attic');
  const endpoints = a.endpoints.map((it, n) => ({ ...it, condition: conditions[n] ?? 'ready' }));
  const records = recordsOf([{ ...a, endpoints }, route('b'), route('c', 'shop', 'shop')]);
  const [, , c] = records.sets;
  assert.ok(c);
  metrics.follow(
    delta({
      revision: 2,
      ...records,
      keys: [
        { namespace: 'attic', digests: [], fields: [] },
        { namespace: 'shop', digests: ['x', 'y'], fields: ['api-key', 'api-key.next'] },
        { namespace: 'open', digests: ['z'], fields: ['api-key'] },
      ],
    }),
  );
  const gone = { removed: [{ host: 'c', path: '/' }], setsGone: [c.set], endpointsGone: c.endpoints };
  metrics.follow(delta({ revision: 3, ...gone, keysRemoved: ['open'] }));
  const samples = await read(metrics);
  const expected = {
    'podway_build_info{version="1.2.3"}': 1,
    podway_routes: 2,
    podway_last_resort_routes: 3,
    podway_options_differ_routes: 2,
    podway_memory_limit_bytes: 536_870_912,
    podway_table_revision: 3,
    podway_synced: 1,
    'podway_endpoints{condition="ready"}': 2,
    'podway_endpoints{condition="unready"}': 1,
    'podway_endpoints{condition="terminating"}': 1,
    'podway_route_ready_endpoints{host="a",path="/"}': 2,
    'podway_route_ready_endpoints{host="b",path="/"}': 0,
    'podway_namespace_keys{namespace="attic"}': 0,
    'podway_namespace_keys{namespace="shop"}': 2,
    'podway_rejections{reason="host-malformed"}': 2,
    'podway_source_up{resource="pods"}': 1,
    'podway_source_up{resource="secrets"}': 0,
    'podway_source_failures_total{resource="secrets"}': 7,
    'podway_source_problems_total{reason="unreachable"}': 1,
    'podway_watch_last_activity_age_seconds{resource="pods"}': 1.5,
    'podway_events_total{outcome="written"}': 2,
    'podway_events_total{outcome="dropped"}': 0,
    podway_worker_restarts_total: 1,
  };
  for (const [key, value] of Object.entries(expected)) assert.equal(samples.get(key), value, key);
  assert.equal(samples.get('podway_watch_last_activity_age_seconds{resource="secrets"}'), undefined);
  for (const gone of [
    'podway_route_ready_endpoints{host="c",path="/"}',
    'podway_namespace_keys{namespace="open"}',
  ])
    assert.equal(samples.get(gone), undefined);
  for (const own of ['process_start_time_seconds', 'process_open_fds'])
    assert.ok((samples.get(own) ?? 0) > 0, own);
});

test('increments of all workers add up; the gauges of a replaced worker are removed, its counts stay', async () => {
  const metrics = new Metrics('1');
  metrics.follow(delta(recordsOf([route('a', 'shop')])));
  countAll(metrics, ...[2, 5, 1].map((count) => requests('a', 'shop', count)));
  metrics.add(figures(0, {}, 3));
  metrics.add(figures(1, {}, 4));
  metrics.add(figures(1, {}, 4));
  const series = 'podway_requests_total{code="200",host="a",method="GET",namespace="shop",path="/"}';
  const before = await read(metrics);
  assert.equal(before.get(series), 8);
  for (const name of SCALAR_COUNTERS) assert.equal(before.get(`podway_${name}_total`), 11, name);
  for (const name of GAUGES) assert.equal(before.get(`podway_${name}`), 7, name);
  assert.equal(before.get('podway_worker_event_loop_delay_seconds{stat="p99",worker="1"}'), 0.002);
  assert.equal(before.get('podway_worker_heap_used_bytes{worker="1"}'), 1_001);
  metrics.forget(1);
  const after = await read(metrics);
  assert.equal(after.get(series), 8);
  for (const name of SCALAR_COUNTERS) assert.equal(after.get(`podway_${name}_total`), 11, name);
  for (const name of GAUGES) assert.equal(after.get(`podway_${name}`), 3, name);
  assert.equal(after.get('podway_worker_event_loop_delay_seconds{stat="p99",worker="1"}'), undefined);
});

test('refusals are counted by reason', async () => {
  const metrics = new Metrics('1');
  metrics.add(figures(0, { refusals: [{ reason: 'unknown-host', count: 2 }] }));
  metrics.add(figures(1, { refusals: [{ reason: 'unknown-host', count: 3 }] }));
  assert.equal((await read(metrics)).get('podway_refused_total{reason="unknown-host"}'), 5);
});

test('histograms are cumulative over all increments', async () => {
  const metrics = new Metrics('1');
  metrics.follow(delta(recordsOf([route('a', 'shop')])));
  const buckets = [...DURATION_BUCKETS.map((_, index) => (index === 0 ? 2 : 0)), 1];
  const one = { stage: 'request', buckets, sum: 61 } as const;
  const head = { stage: 'response_head', buckets, sum: 1 } as const;
  countAll(
    metrics,
    increment('a', 'shop', { durations: [one] }),
    increment('a', 'shop', { durations: [one, head] }),
  );
  const samples = await read(metrics);
  const of = (name: string, le: string) =>
    samples.get(`podway_${name}_bucket{host="a",le="${le}",namespace="shop",path="/"}`);
  assert.equal(of('request_duration_seconds', '0.001'), 4);
  assert.equal(of('request_duration_seconds', '60'), 4);
  assert.equal(of('request_duration_seconds', '+Inf'), 6);
  assert.equal(of('upstream_response_head_seconds', '+Inf'), 3);
  const labels = '{host="a",namespace="shop",path="/"}';
  assert.equal(samples.get(`podway_request_duration_seconds_sum${labels}`), 122);
  assert.equal(samples.get(`podway_request_duration_seconds_count${labels}`), 6);
});

test('series are removed with their route or namespace; late increments do not bring them back', async () => {
  const metrics = new Metrics('1');
  const all = [
    requests('a', 'shop', 1),
    requests('a', 'attic', 1),
    requests('a', '', 1),
    requests('b', 'shop', 1),
  ];
  metrics.follow(delta(recordsOf([route('a', 'shop', 'attic'), route('b', 'shop')])));
  countAll(metrics, ...all, requests('unknown', '', 1));
  assert.deepEqual(await counted(metrics), ['a ', 'a attic', 'a shop', 'b shop']);

  metrics.follow(delta(recordsOf([route('a', 'shop')])));
  countAll(metrics, ...all);
  assert.deepEqual(await counted(metrics), ['a ', 'a shop', 'b shop'], 'a namespace left the route');

  metrics.follow(delta({ removed: [{ host: 'a', path: '/' }] }));
  countAll(metrics, ...all);
  assert.deepEqual(await counted(metrics), ['b shop'], 'a route left the table');

  metrics.follow(delta({ ...recordsOf([route('a', 'shop')]), removed: [{ host: 'b', path: '/' }] }));
  assert.deepEqual(await counted(metrics), [], 'one route was added again, and another one left');
});

test('label values are escaped', async () => {
  const metrics = new Metrics('1');
  const path = '/\\"\n';
  metrics.follow(delta(recordsOf([{ host: 'a', path, endpoints: [] }])));
  countAll(metrics, { ...requests('a', '', 1), path });
  const samples = await read(metrics);
  const labels = 'host="a",path="/\\\\\\"\\n"';
  assert.equal(samples.get(`podway_route_ready_endpoints{${labels}}`), 0);
  const request = 'podway_requests_total{code="200",host="a",method="GET",namespace="",path="/\\\\\\"\\n"}';
  assert.equal(samples.get(request), 1);
});

test('the metric of propagation has the time until every worker routes by a change', async () => {
  const metrics = new Metrics('1.2.3');
  for (const seconds of [0.0004, 0.004, 0.004, 30]) metrics.propagated(seconds);
  const samples = await read(metrics);
  const counted = (le: string) => samples.get(`podway_route_propagation_seconds_bucket{le="${le}"}`);
  assert.deepEqual(['0.0005', '0.0025', '0.005', '10', '+Inf'].map(counted), [1, 1, 3, 3, 4]);
  assert.equal(samples.get('podway_route_propagation_seconds_count'), 4);
});

test('answers without a route are counted under an empty host, and have no duration', async () => {
  const metrics = new Metrics('1');
  metrics.follow(delta(recordsOf([route('a')])));
  const requests = [{ method: 'GET', code: 503, count: 14 }];
  countAll(metrics, { host: '', path: '', namespace: '', requests, durations: [] });
  metrics.follow(delta({ revision: 2, removed: [{ host: 'a', path: '/' }] }));
  const samples = await read(metrics);
  const series = [...samples.keys()].filter((key) => /[{,]host=""/.test(key));
  assert.deepEqual(series, ['podway_requests_total{code="503",host="",method="GET",namespace="",path=""}']);
  assert.equal(samples.get(series[0] ?? ''), 14);
  assert.equal(samples.get('podway_routes'), 0);
});

test('failures of a route are counted by reason', async () => {
  const metrics = new Metrics('1');
  metrics.add(figures(0, { failures: [{ reason: 'response-timeout', count: 2 }] }));
  metrics.add(figures(1, { failures: [{ reason: 'response-timeout', count: 1 }] }));
  assert.equal((await read(metrics)).get('podway_failures_total{reason="response-timeout"}'), 3);
});

test('bad responses of pods are counted by the rule that they violated', async () => {
  const metrics = new Metrics('1.2.3');
  metrics.add(figures(0, { badResponses: [{ rule: 'bad-length', count: 2 }] }));
  metrics.add(figures(1, { badResponses: [{ rule: 'bad-length', count: 1 }] }));
  assert.equal((await read(metrics)).get('podway_upstream_bad_responses_total{rule="bad-length"}'), 3);
});

test('an update names routes that were added and removed, and not those that changed', () => {
  const metrics = new Metrics('1');
  const many = Array.from({ length: 12 }, (_, n) => route(`h${n}`));
  metrics.follow(delta(recordsOf([route('a'), ...many])));
  const names = ['a/', ...many.slice(0, 9).map(({ host }) => `${host}/`)];
  const nothing = { names: [], count: 0 };
  assert.partialDeepStrictEqual(metrics.takeChangedRoutes(), { added: { names, count: 13 }, gone: nothing });
  const removed = [{ host: 'h3', path: '/' }];
  metrics.follow(delta({ ...recordsOf([route('a', 'shop')]), revision: 2, removed }));
  const gone = { names: ['h3/'], count: 1 };
  assert.partialDeepStrictEqual(metrics.takeChangedRoutes(), { added: nothing, gone });
});
