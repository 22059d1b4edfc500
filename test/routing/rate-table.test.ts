import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { rateMemory } from '../../src/control/rate-memory.ts';
import { type RateLimit, RateTable } from '../../src/routing/rates/rate-table.ts';
import { reducedCount } from '../fixtures/wide.ts';

const SECOND = 1e6;
const perSecond = (times: number, burst = times): RateLimit => ({ interval: SECOND / times, burst });

test('a burst passes immediately, then one request in each interval (RA-01)', () => {
  const table = new RateTable(rateMemory(1_024));
  const limit = perSecond(20, 40);
  const passed = Array.from({ length: 41 }, () => table.take('a', limit, 5));
  assert.deepEqual(
    passed.map((wait) => wait === 0),
    [...Array.from({ length: 40 }, () => true), false],
  );
  assert.ok(Math.abs((passed[40] ?? 0) - limit.interval) <= 1);
  assert.equal(table.take('b', limit, 5), 0, 'other clients are not limited');
  assert.equal(table.take('a', limit, 5 + limit.interval), 0);
  assert.ok(table.take('a', limit, 5 + limit.interval) > 0);
});

test('peek returns the result of take, and changes nothing', () => {
  const table = new RateTable(rateMemory(1_024));
  const limit = perSecond(1, 1);
  for (let times = 0; times < 3; times++) assert.equal(table.peek('a', limit, 0), 0);
  assert.equal(table.take('a', limit, 0), 0);
  assert.equal(table.peek('a', limit, 0), table.take('a', limit, 0));
  assert.equal(table.peek('a', limit, SECOND), 0);
});

test('over any time at most as many requests pass as the rate and one burst allow, and nearly as many do', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 0, max: 2 ** 46 }),
      (times, burst, start) => {
        const table = new RateTable(rateMemory(1_024));
        const limit = perSecond(times, burst);
        const step = SECOND / (times * 3);
        let passed = 0;
        const length = 600;
        for (let at = 0; at < length; at++) if (table.take('a', limit, start + at * step) === 0) passed += 1;
        const most = burst + (length * step) / limit.interval;
        assert.ok(passed <= most + 1, `${passed} of at most ${most}`);
        // With a burst of one, the time between the end of an interval and the next request is lost.
        const lost = burst === 1 ? step / (limit.interval + step) : 0.01;
        assert.ok(passed >= Math.min(length, most * (1 - lost) - 2), `${passed} of ${most}`);
      },
    ),
    { numRuns: reducedCount(200) },
  );
});

test('after a change of the limit, no client waits longer than the new limit allows', () => {
  const table = new RateTable(rateMemory(1_024));
  assert.equal(table.take('a', { interval: 3_600 * SECOND, burst: 1 }, 0), 0);
  assert.ok(table.take('a', perSecond(10, 1), 0) <= SECOND / 10);
});

test('times wrap around after half a year, and no client is locked out', () => {
  const table = new RateTable(rateMemory(1_024));
  const limit = perSecond(1, 1);
  for (const at of [2 ** 44 - 10, 2 ** 44 + SECOND, 2 ** 44 * 1.4, 2 ** 45 + 5]) {
    assert.equal(table.take('a', limit, at), 0, String(at));
    assert.ok(table.take('a', limit, at) > 0);
  }
});

test('a million clients use the memory of a thousand, and each evicted one is counted (RA-04)', () => {
  let evicted = 0;
  const memory = rateMemory(1_024);
  const table = new RateTable(memory, () => (evicted += 1));
  const limit = perSecond(1, 1);
  for (let at = 0; at < 1_000_000; at++)
    table.take(`10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`, limit, 0);
  assert.equal(memory.byteLength, 8 * 1_025);
  assert.ok(evicted > 990_000 && evicted < 1_000_000, String(evicted));
  // The last client is limited.
  assert.ok(table.take(`10.${999_999 >> 16}.${(999_999 >> 8) & 255}.${999_999 & 255}`, limit, 0) > 0);
});

test('clients cannot choose the clients with which they share a slot: another seed gives other slots', () => {
  const evictions = () => {
    let evicted = 0;
    const table = new RateTable(rateMemory(1_024), () => (evicted += 1));
    for (let at = 0; at < 900; at++) table.take(`c${at}`, perSecond(1, 1), 0);
    return evicted;
  };
  assert.ok(new Set(Array.from({ length: 8 }, evictions)).size > 1);
});

test('four threads count together (RA-03)', async () => {
  const memory = rateMemory(1_024);
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.module).then(({ RateTable }) => {
      const table = new RateTable(workerData.memory);
      let passed = 0;
      for (let at = 0; at < 20000; at++) if (table.take('a', { interval: 1e6, burst: 5000 }, 0) === 0) passed += 1;
      parentPort.postMessage(passed);
    });`;
  const module = new URL('../../src/routing/rates/rate-table.ts', import.meta.url).href;
  const counts = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const worker = new Worker(code, { eval: true, workerData: { memory, module } });
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      worker.once('message', resolve).once('error', reject);
      const passed = await promise;
      await worker.terminate();
      return passed;
    }),
  );
  assert.equal(
    counts.reduce((sum, it) => sum + it, 0),
    5_000,
  );
});
