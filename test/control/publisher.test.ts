import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Publisher } from '../../src/control/publisher.ts';

test('what changes in one turn of the event loop goes out once, before the loop has turned twice', async () => {
  const published: number[] = [];
  const publisher = new Publisher((received) => published.push(received));
  for (let change = 0; change < 1_000; change += 1) publisher.touch(change === 500 ? 7 : 9);
  assert.deepEqual(published, []);
  await turn();
  assert.deepEqual(published, [7], 'with the time of the earliest event');
  await turn();
  assert.deepEqual(published, [7]);
  publisher.touch(11);
  await turn();
  assert.deepEqual(published, [7, 11]);
});
