import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SeriesIncrement } from '../../src/boundary/figures.ts';
import { RouteWindows } from '../../src/telemetry/recent/route-windows.ts';
import { reducedCount } from '../fixtures/wide.ts';

function increment(path: string, code: number, count: number, bucket = 0): SeriesIncrement {
  const buckets = Array.from({ length: 16 }, (_, at) => (at === bucket ? count : 0));
  return {
    host: 'a.local',
    path,
    namespace: 'x',
    requests: [{ method: 'GET', code, count }],
    durations: [{ stage: 'request', buckets, sum: 0 }],
  };
}

function sums(windows: RouteWindows, path: string, now = 0) {
  const { slots = [] } = windows.of({ host: 'a.local', path }, now) ?? {};
  return slots.map(
    ({ requests, clientErrors, serverErrors }) => `${requests}/${clientErrors}/${serverErrors}`,
  );
}

test('the minutes of a route, the oldest first', () => {
  const windows = new RouteWindows(0);
  windows.add(increment('/', 200, 5));
  windows.turn(60_000);
  windows.add(increment('/', 404, 2));
  windows.add(increment('/', 503, 1));
  assert.deepEqual(sums(windows, '/'), ['5/0/0', '3/2/1']);
  const { slots = [] } = windows.of({ host: 'a.local', path: '/' }, 70_000) ?? {};
  assert.deepEqual(
    slots.map(({ lasted }) => lasted),
    [60_000, 10_000],
  );
  assert.equal(windows.of({ host: 'a.local', path: '/other' }, 0), undefined);
});

test('counts are dropped after a quarter of an hour, durations after ten minutes', () => {
  const windows = new RouteWindows(0);
  windows.add(increment('/', 500, 5, 3));
  for (let minute = 1; minute < 15; minute += 1) {
    windows.turn(minute * 60_000);
    const durations = windows.of({ host: 'a.local', path: '/' }, 0)?.durations ?? [];
    assert.equal(durations[3], minute < 10 ? 5 : 0, `${minute}`);
  }
  assert.equal(sums(windows, '/')[0], '5/0/5');
  assert.deepEqual(windows.faulty(), [{ host: 'a.local', path: '/' }]);
  windows.turn(900_000);
  assert.equal(sums(windows, '/').join(), Array.from({ length: 15 }, () => '0/0/0').join());
  assert.deepEqual(windows.faulty(), []);
});

test('a route gets no counts of a removed route whose place it takes', () => {
  const windows = new RouteWindows(0);
  windows.add(increment('/gone', 500, 5));
  windows.forget([
    { host: 'a.local', path: '/gone' },
    { host: 'a.local', path: '/never' },
  ]);
  windows.add(increment('/new', 200, 1));
  assert.deepEqual([sums(windows, '/new'), sums(windows, '/gone'), windows.faulty()], [['1/0/0'], [], []]);
});

test('any order of requests, minutes and removals keeps the counts of each route apart', () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ add: fc.nat(1_200), code: fc.constantFrom(200, 404, 500) }) },
    { weight: 1, arbitrary: fc.constant('turn' as const) },
    { weight: 2, arbitrary: fc.record({ remove: fc.nat(1_200) }) },
  );
  const check = (steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]) => {
    const windows = new RouteWindows(0);
    const model = new Map<string, [turn: number, code: number][]>();
    let turn = 0;
    for (const it of steps) {
      if (it === 'turn') {
        turn += 1;
        windows.turn(0);
      } else if ('remove' in it) {
        model.delete(`/${it.remove}`);
        windows.forget([{ host: 'a.local', path: `/${it.remove}` }]);
      } else {
        const path = `/${it.add}`;
        model.set(path, [...(model.get(path) ?? []), [turn, it.code]]);
        windows.add(increment(path, it.code, 1));
      }
    }
    for (const [path, all] of model) {
      const kept = all.filter(([at]) => at > turn - 15);
      const { slots = [] } = windows.of({ host: 'a.local', path }, 0) ?? {};
      const of = (it: 'requests' | 'serverErrors') => slots.reduce((sum, slot) => sum + slot[it], 0);
      assert.deepEqual(
        [of('requests'), of('serverErrors')],
        [kept.length, kept.filter(([, code]) => code === 500).length],
      );
    }
    const faulty = [...model].filter(([, all]) => all.some(([at, code]) => code === 500 && at > turn - 15));
    assert.deepEqual(
      windows
        .faulty()
        .map(({ path }) => path)
        .sort(),
      faulty.map(([path]) => path).sort(),
    );
  };
  fc.assert(fc.property(fc.array(step, { maxLength: 300 }), check), { numRuns: reducedCount(200) });
});
