import { OVERLOAD_QUIET, type RejectedCounts } from '../../src/boundary/incident-report.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type WorkerSample, Incidents } from '../../src/proxy/counts/incidents.ts';
import { newConnectionBehaviour } from '../../src/routing/connection-behaviour.ts';
import { recordFailure, newHealth, recordSuccess } from '../../src/routing/ejection.ts';
import { liveEndpointOptions } from '../../src/routing/live-endpoint-options.ts';
import { defaultOptions } from '../../src/routing/options.ts';
import type { Endpoint } from '../../src/routing/route.ts';
import { workerSettings } from '../fixtures/settings.ts';

const { endpoint: OPTIONS } = defaultOptions(workerSettings());
const FIGURES = { inFlight: 9, connections: 10, admissionLimit: 0, heldBytes: 0, late: 3, heapUsed: 1 };
const CALM: WorkerSample = { inFlight: 1, since: undefined, figures: () => FIGURES, keys: () => [] };

function endpoint(pod: string): Endpoint {
  const health = newHealth();
  recordFailure(health, 0, OPTIONS);
  return {
    id: pod,
    uid: pod,
    namespace: 'shop',
    pod,
    address: '10.0.0.1',
    port: 80,
    secondAddress: undefined,
    options: liveEndpointOptions(OPTIONS),
    health,
    behaviour: newConnectionBehaviour(),
    counts: undefined,
    readySince: 0,
    stickyValue: '',
  };
}

function refusing(inFlight: number, reasons: RejectedCounts): WorkerSample {
  const since = new Map(Object.entries(reasons) as [keyof RejectedCounts, number][]);
  return { ...CALM, inFlight, since };
}

test('an ejection is reported with its time; then no incident is reported for a second', () => {
  const incidents = new Incidents();
  assert.equal(incidents.take(0, CALM), undefined);
  const web = endpoint('web');
  incidents.ejected(web, 'connect-refused');
  const reported = { namespace: 'shop', pod: 'web', address: '10.0.0.1:80', period: 10_000 };
  assert.deepEqual(incidents.take(50, CALM), {
    pods: [{ ...reported, state: 'ejected', reason: 'connect-refused', ejections: 1 }],
    morePods: 0,
    overload: undefined,
    keys: [],
  });
  incidents.ejected(web, 'upstream-reset');
  recordSuccess(web.health);
  incidents.returned(web);
  assert.equal(incidents.take(1_000, CALM), undefined);
  assert.deepEqual(incidents.take(1_050, CALM)?.pods, [
    { ...reported, period: 0, state: 'returned', reason: 'upstream-reset', ejections: 1 },
  ]);
});

test('a pod that was not reported as ejected is not reported as returned or removed', () => {
  const incidents = new Incidents();
  incidents.returned(endpoint('web'));
  incidents.gone(endpoint('api'));
  assert.equal(incidents.take(0, CALM), undefined);
});

test('a bounded number of pods is reported; the end of a reported ejection is always reported', () => {
  const incidents = new Incidents();
  const pods = Array.from({ length: 1_000 }, (_, n) => endpoint(`web-${n}`));
  for (const it of pods) incidents.ejected(it, 'connect-refused');
  const first = incidents.take(0, CALM);
  assert.deepEqual([first?.pods.length, first?.morePods], [200, 800]);
  for (const it of pods.slice(500)) incidents.ejected(it, 'connect-refused');
  for (const it of pods) incidents.returned(it);
  const second = incidents.take(1_000, CALM);
  assert.deepEqual([second?.pods.length, second?.morePods], [200, 500]);
  assert.ok(second?.pods.every(({ state }) => state === 'returned'));
});

test('an overload begins with the first refusal, and is over when no request has been refused for a while', () => {
  const incidents = new Incidents();
  assert.deepEqual(incidents.take(0, refusing(9, { 'overload-lag': 2 }))?.overload, {
    state: 'begun',
    rejected: { 'overload-lag': 2 },
    figures: FIGURES,
  });
  for (let now = 50; now <= 2_000; now += 50)
    assert.equal(incidents.take(now, refusing(40, { 'overload-lag': 1, connections: 1 })), undefined);
  assert.equal(incidents.take(1_950 + OVERLOAD_QUIET, CALM), undefined);
  assert.deepEqual(incidents.take(2_000 + OVERLOAD_QUIET, CALM)?.overload, {
    state: 'over',
    rejected: { 'overload-lag': 40, connections: 40 },
    peakInFlight: 40,
  });
  assert.equal(incidents.take(20_000, CALM), undefined);
});

test('counts of keys are read only if a request was refused for its key', () => {
  const incidents = new Incidents();
  const counts = { namespace: 'shop', missing: 1, wrong: 0, repeated: 0, byPod: 0, uses: [] };
  const going: WorkerSample = { ...CALM, keys: () => [counts] };
  assert.equal(incidents.take(0, going), undefined);
  incidents.keyRefused = true;
  assert.deepEqual(incidents.take(50, going)?.keys, [counts]);
  incidents.keyRefused = true;
  assert.equal(incidents.take(100, going), undefined);
  assert.deepEqual(incidents.take(1_050, going)?.keys, [counts]);
  assert.equal(incidents.take(9_000, going), undefined);
});
