import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted } from '../../src/wiring/counted.ts';

test('a count of one has its noun in the singular, every other count in the plural', () => {
  assert.deepEqual(
    [0, 1, 2, 21].map((it) => counted(it, 'route')),
    ['0 routes', '1 route', '2 routes', '21 routes'],
  );
});
