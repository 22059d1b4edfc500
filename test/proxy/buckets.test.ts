import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketOf } from '../../src/proxy/counts/bucket.ts';

function check(title: string, bounds: readonly number[], rows: readonly (readonly [number, number])[]): void {
  test(title, () => {
    for (const [value, bucket] of rows) assert.equal(bucketOf(value, bounds), bucket, `${value}`);
  });
}

check(
  'a value that equals a bound is in the bucket of that bound, and values above the last bound are in one more bucket',
  [0.1, 1, 10],
  [
    [0, 0],
    [0.1, 0],
    [0.100_1, 1],
    [1, 1],
    [10, 2],
    [10.1, 3],
    [Number.POSITIVE_INFINITY, 3],
  ],
);
check('without bounds there is one bucket', [], [[5, 0]]);
