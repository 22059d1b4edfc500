import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Publisher } from '../../src/control/publisher.ts';

test('the changes of one turn of the event loop are published once, before the second turn after them', async () => {
  const published: number[] = [];
  const publisher = new Publisher(function* (received) {
    published.push(received);
    yield;
  });
  for (let change = 0; change < 1_000; change += 1) publisher.touch(change === 500 ? 7 : 9);
  assert.deepEqual(published, []);
  await turn();
  assert.deepEqual(published, [7], 'a publication has the time of its earliest event');
  await turn();
  assert.deepEqual(published, [7]);
  publisher.touch(11);
  await turn();
  assert.deepEqual(published, [7, 11]);
});

test('a large change lets the event loop turn, and changes that arrive meanwhile are published after it', async () => {
  const done: string[] = [];
  const publisher = new Publisher(function* (received) {
    for (const step of [1, 2, 3]) {
      // Longer than a publisher works before it yields.
      for (const end = performance.now() + 5; performance.now() < end; );
      done.push(`${received}.${step}`);
      yield;
    }
  });
  publisher.touch(1);
  const steps: string[][] = [];
  for (let turns = 0; turns < 7; turns += 1) {
    await turn();
    steps.push(done.splice(0));
    if (turns === 0) publisher.touch(2);
  }
  assert.deepEqual(
    steps.filter((it) => it.length > 0),
    ['1.1', '1.2', '1.3', '2.1', '2.2', '2.3'].map((it) => [it]),
  );
});
