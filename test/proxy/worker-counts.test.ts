import { unpackCounts } from '../../src/telemetry/unpack-counts.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { SeriesIncrement } from '../../src/boundary/figures.ts';
import { WorkerCounts } from '../../src/proxy/counts/worker-counts.ts';
import { reportEndpoints } from '../../src/proxy/counts/endpoint-report.ts';
import type { RouteCounts } from '../../src/proxy/counts/route-counts.ts';
import { newHealth } from '../../src/routing/ejection.ts';
import { collectGarbage } from '../fixtures/collect-garbage.ts';

const MANY = 1_000;
const MOST_OF_A_SLICE = 300;

function series(worker: WorkerCounts, count: number): RouteCounts[] {
  return Array.from({ length: count }, (_, n) => worker.series({ host: `h${n}.local`, path: '/' }, 'shop'));
}

function total(increments: readonly SeriesIncrement[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { host, requests } of increments)
    for (const { count } of requests) sums.set(host, (sums.get(host) ?? 0) + count);
  return sums;
}

test('the counts of a series are packed and read back unchanged', () => {
  const worker = new WorkerCounts();
  const counts = worker.series({ host: 'a.local', path: '/x' }, 'shop');
  counts.count('GET', 200, 0.004, 0.002);
  counts.count('GET', 200, 61, 0.002);
  counts.count('BREW', 101, 3_600, 0.5);
  counts.count('POST', 503, 0.25, -1);
  worker.series({ host: 'b.local', path: '/' }, '').count('HEAD', 404, 0.001, -1);
  worker.series({ host: 'silent.local', path: '/' }, '');
  const [packed, ...more] = worker.takeSeries();
  assert.ok(packed);
  assert.deepEqual(more, []);
  const [a, b, ...rest] = [...unpackCounts(structuredClone(packed))].map(({ durations, ...it }) => ({
    ...it,
    durations: durations.map(({ stage, sum, buckets }) => ({ stage, sum, buckets: Array.from(buckets) })),
  }));
  const buckets = (...filled: number[]) =>
    Array.from({ length: 16 }, (_, n) => filled.filter((it) => it === n).length);
  assert.deepEqual(a, {
    host: 'a.local',
    path: '/x',
    namespace: 'shop',
    requests: [
      { method: 'GET', code: 200, count: 2 },
      { method: 'OTHER', code: 101, count: 1 },
      { method: 'POST', code: 503, count: 1 },
    ],
    durations: [
      { stage: 'request', sum: 61.254, buckets: buckets(2, 7, 15) },
      { stage: 'response_head', sum: 0.504, buckets: buckets(1, 1, 8) },
    ],
  });
  assert.deepEqual(b?.durations, [{ stage: 'request', sum: 0.001, buckets: buckets(0) }]);
  assert.deepEqual([b?.host, b?.namespace, rest], ['b.local', '', []]);
  assert.deepEqual([...worker.takeSeries()], [], 'no count is reported twice');
});

test('alternating kinds and namespaces each keep their count', () => {
  const worker = new WorkerCounts();
  const first = worker.series({ host: 'a.local', path: '/' }, 'shop');
  for (const method of ['GET', 'POST', 'GET', 'GET', 'POST', 'GET']) first.count(method, 200, 0.001, -1);
  for (const namespace of ['web', 'shop', 'web']) first.of(namespace).count('GET', 200, 0.001, -1);
  assert.equal(first.of('shop'), first);
  const [packed, ...more] = worker.takeSeries();
  assert.ok(packed);
  assert.deepEqual(more, []);
  const counted = [...unpackCounts(packed)].map(({ namespace, requests }) => [
    namespace,
    requests.map(({ method, count }) => `${method} ${count}`).sort(),
  ]);
  assert.deepEqual(counted, [
    ['shop', ['GET 5', 'POST 2']],
    ['web', ['GET 2']],
  ]);
  first.count('GET', 200, 0.001, -1);
  const again = [...worker.takeSeries()].flatMap((it) => [...unpackCounts(it)]);
  assert.deepEqual(
    again.map(({ namespace, requests }) => [namespace, requests]),
    [['shop', [{ method: 'GET', code: 200, count: 1 }]]],
    'counts are reset when they are read',
  );
});

test('counts that wait for a report keep no route in memory', async () => {
  const worker = new WorkerCounts();
  const routes = Array.from({ length: 10 }, (_, n) => {
    const route = { host: `h${n}.local`, path: '/' };
    worker.series(route, 'shop').count('GET', 200, 0.001, -1);
    return new WeakRef(route);
  });
  // V8 keeps the target of a new WeakRef alive until the end of the task.
  await turn();
  collectGarbage();
  assert.deepEqual(routes.filter((it) => it.deref() !== undefined).length, 0);
  assert.equal([...worker.takeSeries()].flatMap((it) => [...unpackCounts(it)]).length, 10);
});

test('slices add up to the counts, including those made between and after them, each once', () => {
  const worker = new WorkerCounts();
  const all = series(worker, MANY);
  for (const it of all) it.count('GET', 200, 0.1, 0.1);
  const taken: SeriesIncrement[] = [];
  let slices = 0;
  for (const packed of worker.takeSeries()) {
    const some = [...unpackCounts(packed)];
    assert.ok(some.length <= MOST_OF_A_SLICE, String(some.length));
    taken.push(...some);
    slices += 1;
    // At this time some counts have been reported, others have not.
    for (const it of all) it.count('GET', 200, 0.1, 0.1);
  }
  assert.ok(slices > MANY / MOST_OF_A_SLICE);
  for (const packed of worker.takeSeries()) taken.push(...unpackCounts(packed));
  const sums = total(taken);
  assert.equal(sums.size, MANY);
  for (const [host, count] of sums) assert.equal(count, 1 + slices, host);
});

test('among many series only those with counts are visited', () => {
  const worker = new WorkerCounts();
  series(worker, MANY)[7]?.count('GET', 200, 0.1, 0.1);
  const packed = [...worker.takeSeries()];
  assert.deepEqual(
    packed.map(({ names }) => names),
    [['h7.local', '/', 'shop']],
  );
});

test('endpoints are reported in slices, without those that have no counts', () => {
  const endpoints = Array.from({ length: 10_000 }, (_, n) => {
    const health = { ...newHealth(), inFlight: n % 10 === 0 ? n : 0, failures: n === 11 ? 3 : 0 };
    return { id: `e${n}`, uid: '', namespace: '', pod: '', address: '', port: 1, health, counts: undefined };
  });
  const parts = [...reportEndpoints(endpoints, { now: 0 })];
  assert.ok(parts.length > 3 && parts.every((part) => part.length <= MOST_OF_A_SLICE));
  const reported = parts.flat();
  assert.equal(reported.length, 1_000);
  assert.deepEqual(reported.slice(0, 2), [
    { id: 'e10', namespace: '', pod: '', inFlight: 10, failures: 0, ejectedFor: 0 },
    { id: 'e11', namespace: '', pod: '', inFlight: 0, failures: 3, ejectedFor: 0 },
  ]);
  const silent = endpoints.filter(({ health }) => health.inFlight + health.failures === 0);
  const steps = [...reportEndpoints(silent, { now: 0 })];
  assert.ok(steps.length > 1, 'a long sequence without counts pauses, too');
  assert.deepEqual(steps.flat(), []);
});

test('a refusal for overload is reported once, with and without a known route', () => {
  const worker = new WorkerCounts();
  assert.equal(worker.takeRejected(), undefined);
  worker.refused('overload-lag');
  worker.refused('no-route');
  worker.failed('overload-memory');
  worker.failed('connect-refused');
  worker.scalars.downstream_connections_shed += 2;
  worker.takeFigures(0);
  worker.scalars.downstream_connections_shed += 1;
  assert.deepEqual(Object.fromEntries(worker.takeRejected() ?? []), {
    'overload-lag': 1,
    'overload-memory': 1,
    connections: 3,
  });
  worker.takeFigures(0);
  assert.equal(worker.takeRejected(), undefined);
});

test('the figures have the sum of all routes and of requests without a route', () => {
  const worker = new WorkerCounts();
  const counts = worker.series({ host: 'a.local', path: '/x' }, 'shop');
  counts.count('GET', 200, 0.004, 0.002);
  counts.of('other').count('GET', 503, 61, -1);
  counts.count('GET', 101, 3_600, 0.5);
  counts.count('GET', 999, 0.0001, -1);
  worker.unrouted.answered('GET', 404);
  const { answers, durations } = worker.takeFigures(0).totals;
  assert.deepEqual(answers, [1, 1, 1, 0, 1, 1]);
  assert.deepEqual(durations, [1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 'tunnels are not included');
  assert.ok(worker.takeFigures(0).totals.answers.every((it) => it === 0));
});
