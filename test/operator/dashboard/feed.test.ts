import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { aPod } from '../../wiring/objects.ts';
import { Reader, Scene } from './scene.ts';

/** Lets seconds pass. */
function clock(t: TestContext): (scene: Scene, seconds?: number) => void {
  t.mock.timers.enable({ apis: ['setInterval'] });
  return (scene, seconds = 1) => {
    for (let second = 0; second < seconds; second += 1) {
      scene.now += 1_000;
      t.mock.timers.tick(1_000);
    }
  };
}

const FAILED = { totals: { answers: [0, 0, 5, 0, 0, 1], durations: [] } };

test('a stream begins with the whole state, and continues with differences', async (t) => {
  const pass = clock(t);
  const scene = new Scene();
  scene.cluster.list([aPod({})]);
  const reader = new Reader(scene.feed());
  await turn();
  pass(scene);
  pass(scene);
  assert.deepEqual(reader.names, ['state']);
  scene.cluster.apply(aPod({ name: 'web-1', hosts: 'b.local', ready: false }));
  pass(scene);
  scene.step(FAILED);
  pass(scene);
  await reader.leave();
  const [whole, changed, counted] = reader.events.map(({ data }) => Object.keys(data as object));
  assert.ok((whole?.length ?? 0) > 12);
  assert.deepEqual(changed, ['time', 'router', 'workers', 'unready']);
  assert.deepEqual(counted, ['time', 'workers', 'now', 'points']);
});

test('all viewers share one reading a second, and each new viewer gets the whole state', async (t) => {
  const pass = clock(t);
  const scene = new Scene();
  scene.cluster.list([aPod({})]);
  const feed = scene.feed();
  const readers = Array.from({ length: 16 }, () => new Reader(feed));
  await turn();
  assert.equal(scene.collections, 1);
  scene.step(FAILED);
  pass(scene);
  const late = new Reader(feed);
  await turn();
  scene.step();
  pass(scene);
  assert.equal(scene.collections, 3);
  for (const { events } of readers) assert.equal(events.length, 3);
  // The same object: it is serialized only once.
  assert.equal(new Set(readers.map(({ events }) => events[1])).size, 1);
  assert.deepEqual(late.names, ['state', 'change']);
  const [whole] = late.events;
  assert.ok(whole);
  assert.equal((whole.data as { readonly points: readonly unknown[] }).points.length, 1);
  for (const reader of [...readers, late]) await reader.leave();
});

test('without viewers the feed does not read the state', async (t) => {
  const pass = clock(t);
  const scene = new Scene();
  const feed = scene.feed();
  pass(scene, 3);
  assert.deepEqual([scene.collections, scene.collected], [0, 0]);
  const reader = new Reader(feed);
  await turn();
  await reader.leave();
  pass(scene, 20);
  assert.deepEqual([scene.collections, scene.collected], [1, 1]);
});

test('a viewer who leaves before the first event gets no event', async (t) => {
  clock(t);
  const scene = new Scene();
  const feed = scene.feed();
  const reader = new Reader(feed);
  const other = new Reader(feed);
  await reader.leave();
  await turn();
  assert.deepEqual([reader.names, other.names], [[], ['state']]);
  await other.leave();
});

test('workers get no request while no request fails, and one every 15 s while requests fail', async (t) => {
  const pass = clock(t);
  const scene = new Scene();
  const reader = new Reader(scene.feed());
  await turn();
  assert.equal(scene.collected, 1, 'one report for the new viewer');
  scene.step({ totals: { answers: [0, 0, 5, 0, 3], durations: [] } });
  pass(scene, 60);
  assert.equal(scene.collected, 1);
  scene.step(FAILED);
  pass(scene, 60);
  assert.equal(scene.collected, 5);
  scene.recent.reported();
  await reader.leave();
});

test('workers do not report more often when viewers connect and disconnect (EX-07)', async (t) => {
  clock(t);
  const scene = new Scene();
  const feed = scene.feed();
  for (let visit = 0; visit < 100; visit += 1) {
    const reader = new Reader(feed);
    await turn();
    await reader.leave();
    assert.deepEqual(reader.names, ['state']);
  }
  assert.equal(scene.collected, 1);
});

test('a failure is reported once, and the stream continues', async (t) => {
  const pass = clock(t);
  const scene = new Scene();
  const reader = new Reader(scene.feed());
  await turn();
  scene.problem = new Error('a fault');
  pass(scene, 5);
  scene.problem = undefined;
  scene.step(FAILED);
  pass(scene);
  assert.deepEqual([scene.errors.length, reader.names], [1, ['state', 'change']]);
  await reader.leave();
});

test('a stream that cannot begin ends', async () => {
  const scene = new Scene();
  scene.problem = new Error('a fault');
  const reader = new Reader(scene.feed());
  await reader.ended;
  assert.deepEqual([scene.errors.length, reader.names], [1, []]);
});
