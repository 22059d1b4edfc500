import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeriesIncrement } from '../../src/boundary/figures.ts';
import type { RouteDelta } from '../../src/boundary/delta.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { NOTHING_YET } from '../fixtures/control-plane-state.ts';
import { delta } from '../fixtures/table-delta.ts';
import { samplesOf, textOf } from './exposition.ts';

const ROUTES = 1_000;
const LARGEST_SLICE = 128 * 1024;

function host(n: number): string {
  return `h${n}.local`;
}

function routes(...hosts: readonly string[]): RouteDelta['routes'] {
  return hosts.map((host) => ({ host, path: '/', set: 1 }));
}

function busy(host: string): SeriesIncrement {
  const buckets = Array.from({ length: 16 }, () => 1);
  return {
    host,
    path: '/',
    namespace: '',
    requests: [{ method: 'GET', code: 200, count: 16 }],
    durations: [
      { stage: 'request', buckets, sum: 2 },
      { stage: 'response_head', buckets, sum: 1 },
    ],
  };
}

/** Many routes, all of them with traffic. */
function largeMetrics(): Metrics {
  const metrics = new Metrics('1');
  const hosts = Array.from({ length: ROUTES }, (_, n) => host(n));
  metrics.follow(delta({ routes: routes(...hosts) }));
  for (const it of hosts) metrics.count(busy(it));
  return metrics;
}

/** The values of a family, by host. */
function family(samples: ReadonlyMap<string, number>, name: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [key, value] of samples)
    if (key.startsWith(`${name}{`)) found.set(/host="([^"]*)"/.exec(key)?.[1] ?? '', value);
  return found;
}

test('a scrape of many series comes in slices, with a turn of the event loop between them', async () => {
  const metrics = largeMetrics();
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    if (turns >= 0) setImmediate(turn);
  };
  setImmediate(turn);
  const turnsAt: number[] = [];
  for await (const slice of metrics.render(NOTHING_YET)) {
    assert.ok(slice.length <= LARGEST_SLICE, String(slice.length));
    turnsAt.push(turns);
  }
  turns = Number.NEGATIVE_INFINITY;
  assert.ok(turnsAt.length > 30, `${turnsAt.length} slices`);
  const [first = 0] = turnsAt;
  assert.ok(
    turnsAt.every((at, n) => at >= first + n),
    turnsAt.join(' '),
  );
});

test('a change that is published during a scrape takes effect before the scrape ends', async () => {
  const metrics = largeMetrics();
  let slices = 0;
  let appliedAt = -1;
  let text = '';
  for await (const slice of metrics.render(NOTHING_YET)) {
    text += slice;
    if (slice.includes('podway_requests_total{') && appliedAt < 0) {
      appliedAt = Number.POSITIVE_INFINITY;
      setImmediate(() => {
        metrics.follow(delta({ routes: routes('new.local'), removed: [{ host: host(0), path: '/' }] }));
        metrics.count(busy(host(ROUTES - 1)));
        appliedAt = slices;
      });
    }
    slices += 1;
  }
  assert.ok(appliedAt < slices - 1, `${appliedAt} of ${slices}`);
  const counts = family(samplesOf(text), 'podway_request_duration_seconds_count');
  assert.equal(
    counts.get(host(ROUTES - 1)),
    32,
    'counts that are added during a scrape show in its later lines',
  );
  const next = samplesOf(await textOf(metrics.render(NOTHING_YET)));
  const ready = family(next, 'podway_route_ready_endpoints');
  assert.deepEqual([ready.has('new.local'), ready.has(host(0)), ready.size], [true, false, ROUTES]);
});

test('a route that is removed and added again during a scrape has its lines once', async () => {
  const metrics = largeMetrics();
  const [first] = routes(host(0));
  assert.ok(first);
  let text = '';
  for await (const slice of metrics.render(NOTHING_YET)) {
    text += slice;
    metrics.follow(delta({ removed: [first] }));
    metrics.follow(delta({ routes: [first] }));
    metrics.count(busy(host(0)));
  }
  // samplesOf throws when a series or a family occurs twice.
  const samples = samplesOf(text);
  assert.equal(family(samples, 'podway_route_ready_endpoints').size, ROUTES);
  assert.equal(family(samples, 'podway_requests_total').size, ROUTES);
});

test('two concurrent scrapes are both complete', async () => {
  const metrics = largeMetrics();
  const texts = await Promise.all([textOf(metrics.render(NOTHING_YET)), textOf(metrics.render(NOTHING_YET))]);
  const [one, other] = texts.map((text) => {
    const samples = samplesOf(text);
    assert.ok((samples.get('process_open_fds') ?? 0) > 0);
    return new Map([...samples].filter(([key]) => key.startsWith('podway_')));
  });
  assert.deepEqual(one, other);
  assert.equal(family(one ?? new Map(), 'podway_upstream_response_head_seconds_sum').size, ROUTES);
});
