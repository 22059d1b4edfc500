import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manyWaiting } from '../fixtures/load/many-waiting.ts';

/** For thousands, and with the default of SHED_AT_LAG: npm run rig -- many-waiting. */
const COUNT = 300;
/** On a busy machine the router may not run for longer than the default; it is then late and must shed requests. */
const SETTINGS = { SHED_AT_LAG: '1m' };

for (const [name, wait] of [
  ['event streams', '/events'],
  ['requests for slow pods', '/never'],
] as const) {
  test(`many ${name} do not count as overload: no request is shed`, async () => {
    const { inFlight, refused, admissionLimit, others } = await manyWaiting(wait, {
      count: COUNT,
      seconds: 0.3,
      settings: SETTINGS,
    });
    assert.ok(inFlight >= COUNT, `${inFlight} in flight`);
    assert.equal(refused, 0);
    assert.equal(admissionLimit, 0);
    assert.deepEqual(others.failures, []);
    assert.ok(others.requests > 0);
  });
}
