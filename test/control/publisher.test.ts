import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Publisher } from '../../src/control/publisher.ts';

test('what changes in one turn of the event loop goes out once, before the loop has turned twice', async () => {
  let published = 0;
  const publisher = new Publisher(() => {
    published += 1;
  });
  for (let change = 0; change < 1_000; change += 1) publisher.touch();
  assert.equal(published, 0);
  await turn();
  assert.equal(published, 1);
  await turn();
  assert.equal(published, 1);
  publisher.touch();
  await turn();
  assert.equal(published, 2);
});
