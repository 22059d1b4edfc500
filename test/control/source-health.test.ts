import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { SourcePhase, SourceState } from '../../src/cluster/source.ts';
import { SourceHealth } from '../../src/control/source-health.ts';

class Reported {
  readonly lines: Record<string, unknown>[] = [];
  readonly record = new SourceHealth(
    pino(
      { level: 'info', base: null, timestamp: false },
      { write: (line) => this.lines.push(JSON.parse(line)) },
    ),
    ['pods', 'secrets'],
  );
}

const REFUSED = 'the API server at 10.0.0.1:443 cannot be reached: connect ECONNREFUSED';

function state(phase: SourcePhase, more: Partial<SourceState> = {}): SourceState {
  const failing = phase === 'backing-off' ? { failures: 1, failingSince: 1_000, error: REFUSED } : {};
  return {
    phase,
    since: 41_000,
    synced: true,
    lastActivity: 500,
    failures: 0,
    failingSince: undefined,
    error: undefined,
    lists: 1,
    watches: 1,
    malformedLines: 0,
    ...failing,
    ...more,
  };
}

test('an outage is reported once for pods and Secrets, and its end once with its duration', () => {
  const { lines, record } = new Reported();
  for (const resource of ['pods', 'secrets'] as const) {
    record.problem({ where: resource, reason: 'unreachable', detail: REFUSED });
    record.state(resource, state('backing-off'));
    record.state(resource, state('backing-off', { failures: 2 }));
  }
  record.state('pods', state('watching'));
  assert.equal(lines.length, 1, 'Secrets are not followed yet');
  record.state('secrets', state('watching'));
  assert.deepEqual(lines, [
    { level: 40, where: 'pods', reason: 'unreachable', detail: REFUSED, msg: 'problem with the source' },
    { level: 30, seconds: 40, msg: 'the source is followed again' },
  ]);
  assert.equal(record.problems.get('unreachable'), 2, 'each problem is counted');
});

test('outages in quick succession are not all reported', (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const { lines, record } = new Reported();
  for (let outage = 0; outage < 10; outage += 1) {
    record.problem({ where: 'pods', reason: 'unreachable', detail: REFUSED });
    record.state('pods', state('backing-off'));
    record.state('pods', state('watching'));
    now += 12_001;
  }
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    [
      'problem with the source',
      'the source is followed again',
      'problem with the source',
      'the source is followed again',
    ],
  );
});

test('two files with the same defect get two lines', () => {
  const { lines, record } = new Reported();
  for (const where of ['a.yaml', 'b.yaml']) record.problem({ where, reason: 'syntax', detail: 'no YAML' });
  assert.equal(lines.length, 2);
});

test('a kind that is not followed is noted with the time, the reason and the attempts; a followed one is not noted', () => {
  const { record } = new Reported();
  const states = { pods: state('backing-off', { failures: 12 }), secrets: state('watching') };
  const since = new Date(performance.timeOrigin + 1_000).toISOString();
  assert.deepEqual(record.notes(states), [`pods are not followed since ${since} (attempts: 12): ${REFUSED}`]);
  const [pods, secrets] = record.resources(states, 10_500);
  assert.deepEqual([pods?.error, pods?.since, pods?.attempts], [REFUSED, since, 12]);
  assert.deepEqual(Object.keys(secrets ?? {}), ['resource', 'up', 'idle', 'failures']);
  // The next attempt runs, and may fail as well.
  assert.equal(record.notes({ ...states, pods: { ...states.pods, phase: 'listing' } }).length, 1);
});
