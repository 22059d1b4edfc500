import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DURATION_BUCKETS, type WorkerFigures } from '../../src/boundary/figures.ts';
import { percentile } from '../../src/telemetry/recent/percentile.ts';
import { MAX_STEPS, RecentTotals } from '../../src/telemetry/recent/recent-totals.ts';
import { figures } from '../fixtures/worker-figures.ts';

const NO_TABLE = { revision: 0, shortages: 0 };

function answered(worker: number, ok: number, failed: number, gauge = 0): WorkerFigures {
  const totals = { answers: [0, 0, ok, 0, 0, failed], durations: [ok, failed] };
  return figures(worker, { totals }, gauge);
}

test('a step has the counts of all workers since the previous step', () => {
  const recent = new RecentTotals(0);
  recent.add(answered(0, 10, 1, 3));
  recent.add(answered(1, 5, 0, 4));
  recent.close(5_000, { ...NO_TABLE, time: 1_000_005_000 });
  recent.add(answered(0, 1, 1, 2));
  recent.close(11_000, { ...NO_TABLE, time: 1_000_011_000 });
  const shown = recent.steps.map(({ time, lasted, answers, durations, inFlight }) => {
    return { time, lasted, answers, durations, inFlight };
  });
  assert.deepEqual(shown, [
    { time: 1_000_005_000, lasted: 5_000, answers: [0, 0, 15, 0, 0, 1], durations: [15, 1], inFlight: 7 },
    { time: 1_000_011_000, lasted: 6_000, answers: [0, 0, 1, 0, 0, 1], durations: [1, 1], inFlight: 6 },
  ]);
});

test('the gauges of a worker are removed with it, and its counts stay', () => {
  const recent = new RecentTotals(0);
  recent.add(answered(0, 1, 0, 5));
  recent.add(answered(1, 2, 0, 6));
  recent.forget(0);
  recent.close(5_000, { ...NO_TABLE, time: 0 });
  const [step] = recent.steps;
  assert.deepEqual([step?.answers[2], step?.inFlight], [3, 6]);
});

test('the newest steps are added up', () => {
  const recent = new RecentTotals(0);
  for (let step = 1; step <= 4; step += 1) {
    recent.add(figures(0, { refusals: [{ reason: 'unknown-host', count: step }] }));
    recent.add(answered(0, step, 0));
    recent.close(step * 5_000, { ...NO_TABLE, time: 0 });
  }
  recent.add(answered(0, 100, 0));
  const { lasted, answers, reasons } = recent.latest(9_000);
  assert.deepEqual([lasted, answers[2], [...reasons]], [10_000, 7, [['unknown-host', 7]]]);
  assert.equal(recent.latest(60_000).lasted, 20_000);
});

test('ejected pods and rejected connections are counted', () => {
  const recent = new RecentTotals(0);
  const scalars = { ...figures(0, {}).scalars, upstream_ejections: 2, downstream_connections_shed: 3 };
  for (const worker of [0, 1]) recent.add(figures(worker, { scalars }));
  recent.close(5_000, { ...NO_TABLE, time: 0 });
  const [step] = recent.steps;
  assert.deepEqual([step?.ejections, step?.shed, recent.latest(1).shed], [4, 6, 6]);
});

test('only a quarter of an hour is kept', () => {
  const recent = new RecentTotals(0);
  for (let step = 0; step < 1_000; step += 1) recent.close(step, { ...NO_TABLE, time: step });
  assert.deepEqual([recent.steps.length, recent.steps.at(-1)?.time], [MAX_STEPS, 999]);
});

test('percentiles lie within their bucket', () => {
  const durations = DURATION_BUCKETS.map(() => 0);
  durations.push(0);
  assert.equal(percentile(durations, 0.5), undefined);
  durations[0] = 100;
  assert.equal(percentile(durations, 0.5), 0.0005);
  durations[6] = 100;
  assert.equal(percentile(durations, 0.75)?.toFixed(4), '0.0750');
  durations[15] = 1_000;
  assert.equal(percentile(durations, 0.99), 60, 'the last bucket has no upper bound');
});
