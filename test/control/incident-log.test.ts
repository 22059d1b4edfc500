import type { IncidentReport, PodIncident } from '../../src/boundary/incident-report.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IncidentLog } from '../../src/control/incident-log.ts';
import { LogLines } from '../fixtures/log-lines.ts';

const INTERVAL = 60_000;
const FIGURES = {
  inFlight: 900,
  connections: 1_000,
  admissionLimit: 40,
  heldBytes: 0,
  late: 210,
  heapUsed: 5e7,
};

function pod(name: string, changes: Partial<PodIncident> = {}): PodIncident {
  const where = { namespace: 'shop', pod: name, address: '10.0.0.1:80' };
  return { ...where, state: 'ejected', reason: 'connect-refused', period: 10_000, ejections: 1, ...changes };
}

function report(changes: Partial<IncidentReport>): IncidentReport {
  return { pods: [], morePods: 0, overload: undefined, keys: [], ...changes };
}

function setUp() {
  const lines = new LogLines();
  return { lines, log: new IncidentLog(lines.logger, INTERVAL) };
}

const WEB = { namespace: 'shop', pod: 'web', address: '10.0.0.1:80' };

test('the line about an ejection names the pod, the reason and the duration; the line about the return names the time since', () => {
  const { lines, log } = setUp();
  log.take(0, report({ pods: [pod('web')] }), 0);
  log.take(1, report({ pods: [pod('web')] }), 500);
  assert.deepEqual(lines.take(), [
    { level: 'warn', ...WEB, reason: 'connect-refused', leftOutFor: 10_000, msg: 'pod ejected' },
  ]);
  const back = pod('web', { state: 'returned', reason: '', ejections: 0 });
  log.take(0, report({ pods: [back] }), 30_000);
  assert.deepEqual(lines.take(), []);
  log.take(1, report({ pods: [back] }), 31_000);
  assert.deepEqual(lines.take(), [{ level: 'info', ...WEB, after: 31, msg: 'ejected pod returned' }]);
});

test('an ejected pod that is deleted is reported as gone', () => {
  const { lines, log } = setUp();
  log.take(0, report({ pods: [pod('web')] }), 0);
  log.take(0, report({ pods: [pod('web', { state: 'gone', reason: '', ejections: 0 })] }), 5_000);
  assert.deepEqual(
    lines.take().map(({ msg }) => msg),
    ['pod ejected', 'ejected pod is gone'],
  );
});

test('a flapping pod gets two lines in an interval, and a number', () => {
  const { lines, log } = setUp();
  for (let at = 0; at < 30_000; at += 1_000)
    log.take(0, report({ pods: [pod('web', { state: 'returned', ejections: 2 })] }), at);
  assert.equal(lines.take().length, 2);
  log.check(INTERVAL);
  assert.deepEqual(
    lines.take().map(({ msg, times }) => [msg, times]),
    [['pod was ejected and returned', 29]],
  );
});

test('the first ones of many pods are reported, and the number of the others', () => {
  const { lines, log } = setUp();
  const pods = Array.from({ length: 200 }, (_, n) => pod(`web-${n}`));
  log.take(0, report({ pods, morePods: 7 }), 0);
  const written = lines.take();
  assert.equal(written.length, 51);
  assert.deepEqual(written.at(-1), {
    level: 'warn',
    more: 157,
    msg: 'further pods ejected or returned, see /routes',
  });
});

test('an overload is reported with figures at its beginning and with sums at its end, over all workers', () => {
  const { lines, log } = setUp();
  const beginning = { state: 'begun', rejected: { 'overload-lag': 3 }, figures: FIGURES } as const;
  log.take(0, report({ overload: beginning }), 0);
  log.take(1, report({ overload: { ...beginning, rejected: { connections: 2 } } }), 1_000);
  assert.deepEqual(lines.take(), [
    { level: 'warn', worker: 0, turnedAway: { 'overload-lag': 3 }, ...FIGURES, msg: 'overload begins' },
  ]);
  const over = { state: 'over', rejected: { 'overload-lag': 40 }, peakInFlight: 950 } as const;
  log.take(1, report({ overload: { ...over, rejected: {}, peakInFlight: 20 } }), 10_000);
  assert.deepEqual(lines.take(), []);
  log.take(0, report({ overload: over }), 25_000);
  assert.deepEqual(lines.take(), [
    {
      level: 'info',
      seconds: 20,
      turnedAway: { 'overload-lag': 43, connections: 2 },
      peakInFlight: 950,
      msg: 'overload is over',
    },
  ]);
});

test('after a worker has died, its ejected pods do not count as ejected', () => {
  const { lines, log } = setUp();
  log.take(0, report({ pods: [pod('web')] }), 0);
  lines.take();
  log.forget(0);
  log.check(INTERVAL);
  assert.deepEqual(lines.take(), []);
  log.take(0, report({ pods: [pod('web')] }), INTERVAL);
  assert.equal(lines.take().length, 1);
});
