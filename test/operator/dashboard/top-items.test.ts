import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TopItems } from '../../../src/operator/dashboard/top-items.ts';

const byNumber = (a: number, b: number) => a - b;

test('the first items of many are the same as after sorting', () => {
  for (let round = 0; round < 200; round += 1) {
    const all = Array.from({ length: round }, (_, at) => (at * 7_919 + round * 31) % 97);
    const first = new TopItems<number>(10, byNumber);
    for (const it of all) first.add(it);
    const expected = all.toSorted(byNumber).slice(0, 10);
    assert.deepEqual(
      first.rows((it) => it),
      { total: round, rows: expected },
    );
  }
});
