import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  recordUnansweredClose,
  claimProbe,
  ejectedFor,
  eligible,
  recordFailure,
  newHealth,
  recordSuccess,
} from '../../src/routing/ejection.ts';

const TIMES = { ejectionTime: 1000, ejectionMaxTime: 5000 };

test('the ejection time doubles with every failed probe, up to its maximum', () => {
  const health = newHealth();
  const outs: number[] = [];
  let now = 0;
  for (let i = 0; i < 5; i++) {
    claimProbe(health, now);
    assert.equal(recordFailure(health, now, TIMES), true);
    outs.push(ejectedFor(health, now));
    now = health.ejectedUntil;
  }
  assert.deepEqual(outs, [1000, 2000, 4000, 5000, 5000]);
});

test('failures of exchanges that began before do not extend the ejection', () => {
  const health = newHealth();
  assert.equal(recordFailure(health, 0, TIMES), true);
  for (let i = 0; i < 10; i++) assert.equal(recordFailure(health, 500, TIMES), false);
  assert.equal(ejectedFor(health, 500), 500);
  assert.equal(health.failures, 11);
});

test('half-open: one exchange claims the probe, the others wait for its result', () => {
  const health = newHealth();
  recordFailure(health, 0, TIMES);
  assert.equal(eligible(health, 999), false);
  assert.equal(eligible(health, 1000), true);
  claimProbe(health, 1000);
  assert.equal(eligible(health, 1000), false);
  recordSuccess(health);
  assert.equal(eligible(health, 1000), true);
  assert.equal(ejectedFor(health, 1000), 0);
});

test('a probe that never reports only delays the next probe', () => {
  const health = newHealth();
  recordFailure(health, 0, TIMES);
  claimProbe(health, 1000);
  assert.equal(eligible(health, 1999), false);
  assert.equal(eligible(health, 2000), true);
});

test('one success resets the count: the next failure counts as the first', () => {
  const health = newHealth();
  recordFailure(health, 0, TIMES);
  claimProbe(health, 1000);
  recordFailure(health, 1000, TIMES);
  recordSuccess(health);
  recordFailure(health, 9000, TIMES);
  assert.equal(ejectedFor(health, 9000), 1000);
});

test('claiming an endpoint in rotation does not change its health', () => {
  const health = newHealth();
  claimProbe(health, 1000);
  assert.deepEqual(health, newHealth());
});

test('connections that a pod closes instead of answering count when there are several in a row', () => {
  const health = newHealth();
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 4; i++) assert.equal(recordUnansweredClose(health, round, TIMES), false);
    recordSuccess(health);
  }
  assert.equal(eligible(health, 20), true);
  assert.equal(health.failures, 80);
  const ejected = [1, 2, 3, 4, 5].map(() => recordUnansweredClose(health, 20, TIMES));
  assert.deepEqual(ejected, [false, false, false, false, true]);
  assert.equal(ejectedFor(health, 20), 1000);
});

test('a probe that ends in this way counts, too: ejected again, for twice as long', () => {
  const health = newHealth();
  recordFailure(health, 0, TIMES);
  claimProbe(health, 1000);
  assert.equal(recordUnansweredClose(health, 1000, TIMES), true);
  assert.equal(ejectedFor(health, 1000), 2000);
});
