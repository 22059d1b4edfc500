import { UPSTREAM_FAILURES } from '../../src/boundary/reasons.ts';
import { POD_BUCKETS, type PodIncrement, STATUS_CLASSES } from '../../src/boundary/packed-pods.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointReport } from '../../src/boundary/figures.ts';
import { PodMetrics } from '../../src/telemetry/pod-metrics.ts';
import { samplesOf, textOf } from './exposition.ts';

function increment(pod: string, changes: Partial<PodIncrement> = {}): PodIncrement {
  return {
    namespace: 'shop',
    pod,
    answers: STATUS_CLASSES.map(() => 0),
    failures: UPSTREAM_FAILURES.map(() => 0),
    ejections: 0,
    sum: 0,
    buckets: [...POD_BUCKETS, 0].map(() => 0),
    ...changes,
  };
}

function observation(pod: string, ejectedFor: number): EndpointReport {
  return { id: pod, namespace: 'shop', pod, inFlight: 0, failures: 1, ejectedFor };
}

async function read(series: PodMetrics, endpointReports: readonly EndpointReport[] = []) {
  return samplesOf(await textOf(series.render(endpointReports)));
}

/** The pods that have series. */
async function pods(series: PodMetrics): Promise<string[]> {
  const keys = [...(await read(series)).keys()];
  return [...new Set(keys.map((key) => /pod="([^"]*)"/.exec(key)?.[1] ?? ''))].sort();
}

test('the series of a pod', async () => {
  const series = new PodMetrics(10, () => true);
  const failures = UPSTREAM_FAILURES.map((reason) => (reason === 'connect-refused' ? 3 : 0));
  series.add(increment('web', { answers: [0, 5, 0, 0, 2], failures, ejections: 1 }));
  series.add(increment('web', { answers: [0, 1, 0, 0, 0], sum: 1.5, buckets: [1, 0, 0, 0, 0, 1, 0, 1] }));
  const samples = await read(series, [observation('web', 40), observation('calm', 0)]);
  assert.deepEqual(Object.fromEntries(samples), {
    'podway_pod_responses_total{class="2xx",namespace="shop",pod="web"}': 6,
    'podway_pod_responses_total{class="5xx",namespace="shop",pod="web"}': 2,
    'podway_pod_failures_total{namespace="shop",pod="web",reason="connect-refused"}': 3,
    'podway_pod_ejections_total{namespace="shop",pod="web"}': 1,
    'podway_pod_ejected{namespace="shop",pod="web"}': 1,
    'podway_pod_response_head_seconds_bucket{le="0.005",namespace="shop",pod="web"}': 1,
    'podway_pod_response_head_seconds_bucket{le="0.025",namespace="shop",pod="web"}': 1,
    'podway_pod_response_head_seconds_bucket{le="0.1",namespace="shop",pod="web"}': 1,
    'podway_pod_response_head_seconds_bucket{le="0.25",namespace="shop",pod="web"}': 1,
    'podway_pod_response_head_seconds_bucket{le="1",namespace="shop",pod="web"}': 1,
    'podway_pod_response_head_seconds_bucket{le="2.5",namespace="shop",pod="web"}': 2,
    'podway_pod_response_head_seconds_bucket{le="10",namespace="shop",pod="web"}': 2,
    'podway_pod_response_head_seconds_bucket{le="+Inf",namespace="shop",pod="web"}': 3,
    'podway_pod_response_head_seconds_sum{namespace="shop",pod="web"}': 1.5,
    'podway_pod_response_head_seconds_count{namespace="shop",pod="web"}': 3,
  });
});

test('the series of a deleted pod are removed, late counts of the pod are dropped, and another pod can have its place', async () => {
  const there = new Set(['a', 'b']);
  const series = new PodMetrics(2, (_, pod) => there.has(pod));
  series.add(increment('a'));
  series.add(increment('b'));
  there.delete('a');
  assert.deepEqual(await pods(series), ['b']);
  series.add(increment('a'));
  there.add('c');
  series.add(increment('c'));
  assert.deepEqual(await pods(series), ['b', 'c']);
});

test('pods above the bound are counted together, under an empty name', async () => {
  const series = new PodMetrics(2, () => true);
  for (const pod of ['a', 'b', 'c', 'd', 'c']) series.add(increment(pod, { ejections: 1 }));
  assert.deepEqual(await pods(series), ['', 'a', 'b']);
  const samples = await read(series, [observation('c', 5), observation('d', 5)]);
  assert.equal(samples.get('podway_pod_ejections_total{namespace="",pod=""}'), 3);
  assert.equal(samples.get('podway_pod_ejected{namespace="",pod=""}'), 2);
});
