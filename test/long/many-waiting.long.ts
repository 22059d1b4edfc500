import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { openFilesLimit } from '../fixtures/load/readings.ts';
import { manyWaiting } from '../fixtures/load/many-waiting.ts';

/** Each waiting request holds two descriptors of the router and two of this process. */
const MOST = Math.floor((openFilesLimit() - 400) / 2);
const STREAMS = parameter('STREAMS', 10_000);
const SLOW = parameter('SLOW', 5_000);
const SECONDS = parameter('SECONDS', 5);

for (const [name, wait, asked] of [
  ['event streams', '/events', STREAMS],
  ['requests for slow pods', '/never', SLOW],
] as const) {
  const count = Math.min(asked, MOST);
  test(`${count} ${name} do not count as overload: at default settings no request is shed`, async (t) => {
    const { inFlight, refused, admissionLimit, others, cores } = await manyWaiting(wait, {
      count,
      seconds: SECONDS,
    });
    printFigures(t, { waiting: inFlight, refused, others: others.requests, failed: others.failed, cores });
    assert.ok(inFlight >= count, `${inFlight} in flight`);
    assert.equal(refused, 0);
    assert.equal(admissionLimit, 0);
    assert.deepEqual(others.failures, []);
  });
}
