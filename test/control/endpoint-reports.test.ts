import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Observations } from '../../src/control/endpoint-reports.ts';

const seen = (id: string, inFlight: number) => {
  return { id, namespace: 'shop', pod: id, inFlight, failures: 0, ejectedFor: 0 };
};

test('what a worker says of endpoints counts when all its parts have come, and is replaced as a whole', () => {
  const observations = new Observations();
  observations.gather(0, [seen('a', 1), seen('b', 2)]);
  assert.deepEqual(observations.all(), []);
  observations.gather(0, [seen('c', 3), seen('a', 4)]);
  observations.complete(0);
  observations.complete(1);
  assert.deepEqual(observations.all(), [seen('a', 4), seen('b', 2), seen('c', 3)], 'the later word counts');
  observations.gather(0, [seen('d', 1)]);
  assert.equal(observations.all().length, 3);
  observations.complete(0);
  assert.deepEqual(observations.all(), [seen('d', 1)]);
});

test('a worker that dies takes along what it said, and what it had begun to say', () => {
  const observations = new Observations();
  observations.gather(0, [seen('a', 1)]);
  observations.complete(0);
  observations.gather(0, [seen('b', 1)]);
  observations.forget(0);
  assert.deepEqual(observations.all(), []);
  observations.complete(0);
  assert.deepEqual(observations.all(), []);
});
