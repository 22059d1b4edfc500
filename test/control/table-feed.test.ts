import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TableFeed } from '../../src/control/table-feed.ts';
import type { RouteDelta } from '../../src/boundary/delta.ts';
import type { DeltaPart } from '../../src/inventory/delta-parts.ts';
import { delta } from '../fixtures/table-delta.ts';

const manyRoutes = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ host: `h${at}.local`, path: '/', set: 1 }));

/** A feed whose worker takes a part when the test calls `taken`. */
function setUp(table: () => RouteDelta | undefined) {
  const sent: DeltaPart[] = [];
  const feed = new TableFeed((part) => sent.push(part), table);
  return { feed, sent };
}

const revisions = (sent: readonly DeltaPart[]) => sent.map((it) => it.delta.revision);

test('small changes are sent immediately, one after the other', () => {
  const { feed, sent } = setUp(() => delta({ revision: 1, reset: true }));
  feed.go();
  for (const revision of [2, 3, 4]) feed.add(delta({ revision }));
  assert.deepEqual(revisions(sent), [1, 2, 3, 4]);
});

test('each part of a large table waits until the worker has taken the one before it, and changes wait for the table', () => {
  const routes = manyRoutes(1_700);
  const { feed, sent } = setUp(() => delta({ revision: 1, reset: true, routes }));
  feed.go();
  feed.add(delta({ revision: 2, routes: manyRoutes(1) }));
  const counts = [];
  while (sent.at(-1)?.delta.revision === 1) {
    counts.push(sent.length);
    feed.taken();
  }
  assert.deepEqual(counts, [1, 2, 3, 4, 5].slice(0, counts.length));
  const whole = sent.filter((it) => it.delta.revision === 1);
  assert.deepEqual(
    whole.flatMap((it) => it.delta.routes),
    routes,
  );
  assert.ok(whole.every((it) => it.weight <= 500));
  assert.deepEqual(
    whole.map((it) => it.more),
    whole.map((_, at) => at < whole.length - 1),
  );
  assert.equal(sent.length, whole.length + 1);
});

test('a worker that lags far gets the whole table instead of every change, as soon as it can take it', () => {
  let revision = 1;
  const routes = manyRoutes(600);
  const { feed, sent } = setUp(() => delta({ revision, reset: true, routes }));
  feed.go();
  const before = sent.length;
  for (revision = 2; revision < 3_000; revision += 1) feed.add(delta({ revision, routes: manyRoutes(1) }));
  assert.equal(sent.length, before, 'no part is sent until the worker takes one');
  for (let count = 0; count < 2_000; count += 1) feed.taken();
  assert.equal(revisions(sent).at(-1), 3_000);
  const first = sent.findIndex((it) => it.delta.revision === 3_000);
  assert.equal(sent[first]?.delta.reset, true);
  assert.ok(revisions(sent).every((it) => it === 1 || it > 1_000));
});

test('few changes of many routes count as much lag as many changes of few', () => {
  let revision = 1;
  const { feed, sent } = setUp(() => delta({ revision, reset: true, routes: manyRoutes(600) }));
  feed.go();
  const routes = manyRoutes(2_000);
  for (revision = 2; revision < 100; revision += 1) feed.add(delta({ revision, routes }));
  for (let count = 0; count < 1_000; count += 1) feed.taken();
  assert.deepEqual(new Set(revisions(sent)), new Set([1, revision]), 'the waiting changes are not sent');
});

test('a worker that starts while the table changes waits, and gets the table once', () => {
  let table: RouteDelta | undefined;
  const { feed, sent } = setUp(() => table);
  feed.go();
  assert.equal(sent.length, 0);
  table = delta({ revision: 7, reset: true });
  feed.add(delta({ revision: 7 }));
  assert.deepEqual(
    sent.map((it) => it.delta),
    [table],
  );
});
