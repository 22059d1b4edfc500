import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ThrottledValue } from '../../../src/operator/dashboard/throttled-value.ts';

test('slow work is repeated less often, and work that takes no time is repeated whenever its input may have changed', () => {
  let [now, made] = [0, 0];
  const paced = new ThrottledValue<number>(() => now);
  const take = (of: number, took: number) =>
    paced.take(of, () => {
      now += took;
      made += 1;
      return of;
    });
  assert.deepEqual([take(1, 0), take(1, 0), take(2, 0), made], [1, 1, 2, 2]);
  assert.equal(take(3, 50), 3);
  now += 9_999;
  assert.deepEqual([take(4, 50), made], [3, 3], 'the old value is returned meanwhile');
  now += 1;
  assert.deepEqual([take(4, 50), made], [4, 4]);
});

test('a table that differs at every reading takes at most one two-hundredth of the time (EX-07)', () => {
  let [now, worked] = [0, 0];
  const paced = new ThrottledValue<number>(() => now);
  for (let look = 0; look < 10_000; look += 1) {
    now += 1_000;
    paced.take(look, () => {
      now += 40;
      worked += 40;
      return look;
    });
  }
  assert.ok(worked <= now / 200, `${worked} of ${now}`);
});
