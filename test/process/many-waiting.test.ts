import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manyWaiting } from '../fixtures/load/many-waiting.ts';

/** By the thousand: npm run rig -- many-waiting. */
const COUNT = 300;

for (const [name, wait] of [
  ['event streams', '/events'],
  ['requests for slow pods', '/never'],
] as const) {
  test(`many ${name} are no overload: at default settings no request is shed`, async () => {
    const { inFlight, refused, admissionLimit, others } = await manyWaiting(wait, COUNT, 0.3);
    assert.ok(inFlight >= COUNT, `${inFlight} in flight`);
    assert.equal(refused, 0);
    assert.equal(admissionLimit, 0);
    assert.deepEqual(others.failures, []);
    assert.ok(others.requests > 0);
  });
}
