import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samplesIn, sumOf } from '../fixtures/load/readings.ts';

const SAMPLES = samplesIn(
  '# TYPE a_total counter\na_total{of="x"} 1\na_total{of="y"} 2\n# TYPE b gauge\nb 4\n# TYPE c_total counter\n',
);

test('a reading is the sum of the series of a family whose labels match', () => {
  assert.equal(sumOf(SAMPLES, 'a_total'), 3);
  assert.equal(sumOf(SAMPLES, 'a_total', /"y"/), 2);
  assert.equal(sumOf(SAMPLES, 'b'), 4);
  assert.equal(sumOf(SAMPLES, 'c_total'), 0, 'a family without a series');
});

test('a reading of a missing family is an error, not 0', () => {
  for (const name of ['a', 'a_totals', 'B', ''])
    assert.throws(() => sumOf(SAMPLES, name), /expected a family of \/metrics/);
});
