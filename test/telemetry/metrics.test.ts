import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CounterSnapshot,
  DURATION_BUCKETS,
  GAUGES,
  type RequestCount,
  SCALAR_COUNTERS,
} from '../../src/proxy/counters.ts';
import type { RouteDelta, RouteRecord } from '../../src/routing/delta.ts';
import { type ControlPlaneState, Metrics } from '../../src/telemetry/metrics.ts';
import { samplesOf } from './exposition.ts';

const STATE: ControlPlaneState = {
  revision: 3,
  synced: true,
  routes: 2,
  endpoints: { ready: 4, unready: 1, terminating: 0 },
  readyEndpoints: [
    { host: 'a', path: '/', ready: 4 },
    { host: 'b', path: '/', ready: 0 },
  ],
  namespaceKeys: [{ namespace: 'attic', keys: 0 }],
  rejections: new Map([['host-malformed', 2]]),
  resources: [
    { resource: 'pods', up: true, idle: 1.5, failures: 0 },
    { resource: 'secrets', up: false, idle: undefined, failures: 7 },
  ],
  sourceProblems: new Map([['unreachable', 1]]),
  events: { written: 2, failed: 1, dropped: 0 },
  workerRestarts: 1,
  descriptorShortages: 0,
  logLinesDropped: 0,
};

function route(host: string, ...namespaces: string[]): RouteRecord {
  const endpoints = namespaces.map((namespace) => ({
    id: namespace,
    uid: namespace,
    namespace,
    pod: 'web',
    address: '10.0.0.1',
    port: 80,
    condition: 'ready' as const,
  }));
  return { host, path: '/', endpoints };
}

function delta(changes: Partial<RouteDelta>): RouteDelta {
  const nothing = { routes: [], removed: [], keys: [], keysRemoved: [] };
  return { revision: 1, reset: false, synced: true, ...nothing, ...changes };
}

function requests(host: string, namespace: string, count: number): RequestCount {
  return { host, path: '/', namespace, method: 'GET', code: 200, count };
}

function snapshot(worker: number, changes: Partial<CounterSnapshot>, value = 0): CounterSnapshot {
  return {
    worker,
    requests: [],
    durations: [],
    refusals: [],
    scalars: Object.fromEntries(SCALAR_COUNTERS.map((name) => [name, value])) as CounterSnapshot['scalars'],
    gauges: Object.fromEntries(GAUGES.map((name) => [name, value])) as CounterSnapshot['gauges'],
    endpoints: [],
    eventLoopDelay: { mean: 0.001, p99: 0.002, max: 0.003 },
    heapUsed: 1_000 + worker,
    ...changes,
  };
}

async function read(metrics: Metrics): Promise<Map<string, number>> {
  return samplesOf(await metrics.render(STATE));
}

/** The labels of every series of requests. */
async function counted(metrics: Metrics): Promise<string[]> {
  const keys = [...(await read(metrics)).keys()].filter((key) => key.startsWith('podway_requests_total'));
  return keys.map((key) => key.replace(/.*host="([^"]*)".*namespace="([^"]*)".*/, '$1 $2')).sort();
}

test('what the control plane knows', async () => {
  const samples = await read(new Metrics('1.2.3'));
  const expected = {
    'podway_build_info{version="1.2.3"}': 1,
    podway_routes: 2,
    podway_table_revision: 3,
    podway_synced: 1,
    'podway_endpoints{condition="ready"}': 4,
    'podway_endpoints{condition="unready"}': 1,
    'podway_route_ready_endpoints{host="a",path="/"}': 4,
    'podway_route_ready_endpoints{host="b",path="/"}': 0,
    'podway_namespace_keys{namespace="attic"}': 0,
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
  assert.ok((samples.get('process_start_time_seconds') ?? 0) > 0);
});

test('increments of all workers add up; a replaced worker takes back its gauges, not its counts', async () => {
  const metrics = new Metrics('1');
  metrics.follow(delta({ routes: [route('a', 'shop')] }));
  metrics.add(snapshot(0, { requests: [requests('a', 'shop', 2)] }, 3));
  metrics.add(snapshot(1, { requests: [requests('a', 'shop', 5)] }, 4));
  metrics.add(snapshot(1, { requests: [requests('a', 'shop', 1)] }, 4));
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
  metrics.add(snapshot(0, { refusals: [{ reason: 'unknown-host', count: 2 }] }));
  metrics.add(snapshot(1, { refusals: [{ reason: 'unknown-host', count: 3 }] }));
  assert.equal((await read(metrics)).get('podway_refused_total{reason="unknown-host"}'), 5);
});

test('histograms are cumulative over all snapshots', async () => {
  const metrics = new Metrics('1');
  metrics.follow(delta({ routes: [route('a', 'shop')] }));
  const buckets = [...DURATION_BUCKETS.map((_, index) => (index === 0 ? 2 : 0)), 1];
  const one = { host: 'a', path: '/', namespace: 'shop', stage: 'request', buckets, sum: 61 } as const;
  metrics.add(snapshot(0, { durations: [one] }));
  metrics.add(snapshot(1, { durations: [one, { ...one, stage: 'response_head', sum: 1 }] }));
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

test('series live and die with their route and namespace; late increments do not bring them back', async () => {
  const metrics = new Metrics('1');
  const all = [
    requests('a', 'shop', 1),
    requests('a', 'attic', 1),
    requests('a', '', 1),
    requests('b', 'shop', 1),
  ];
  metrics.follow(delta({ reset: true, routes: [route('a', 'shop', 'attic'), route('b', 'shop')] }));
  metrics.add(snapshot(0, { requests: [...all, requests('stranger', '', 1)] }));
  assert.deepEqual(await counted(metrics), ['a ', 'a attic', 'a shop', 'b shop']);

  metrics.follow(delta({ routes: [route('a', 'shop')] }));
  metrics.add(snapshot(0, { requests: all }));
  assert.deepEqual(await counted(metrics), ['a ', 'a shop', 'b shop'], 'a namespace left the route');

  metrics.follow(delta({ removed: [{ host: 'a', path: '/' }] }));
  metrics.add(snapshot(0, { requests: all }));
  assert.deepEqual(await counted(metrics), ['b shop'], 'a route left the table');

  metrics.follow(delta({ reset: true, routes: [route('a', 'shop')] }));
  assert.deepEqual(await counted(metrics), [], 'a whole table without it');
});

test('label values are escaped', async () => {
  const metrics = new Metrics('1');
  const odd = { host: 'a', path: '/\\"', endpoints: [] };
  metrics.follow(delta({ routes: [odd] }));
  metrics.add(snapshot(0, { requests: [{ ...requests('a', '', 1), path: odd.path }] }));
  assert.deepEqual(await counted(metrics), ['a ']);
});

test('how long changes take until every worker routes by them', async () => {
  const metrics = new Metrics('1.2.3');
  for (const seconds of [0.0004, 0.004, 0.004, 30]) metrics.propagated(seconds);
  const samples = await read(metrics);
  const counted = (le: string) => samples.get(`podway_route_propagation_seconds_bucket{le="${le}"}`);
  assert.deepEqual(['0.0005', '0.0025', '0.005', '10', '+Inf'].map(counted), [1, 1, 3, 3, 4]);
  assert.equal(samples.get('podway_route_propagation_seconds_count'), 4);
});
