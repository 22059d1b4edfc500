import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyReleases } from '../../src/control/key-releases.ts';
import { TestClock } from '../cluster/test-clock.ts';

function setUp() {
  const clock = new TestClock();
  const due: string[] = [];
  const releases = new KeyReleases(clock, 1_000, ({ namespace, number }) =>
    due.push(`${namespace} ${number}`),
  );
  return { clock, due, releases };
}

test('each release is due after the delay, in order, and not a millisecond earlier', () => {
  const { clock, due, releases } = setUp();
  releases.begin([{ namespace: 'a', number: 1 }]);
  clock.advance(500);
  releases.begin([
    { namespace: 'b', number: 2 },
    { namespace: 'c', number: 3 },
  ]);
  assert.deepEqual([releases.opensIn('a'), releases.opensIn('b'), releases.opensIn('x')], [500, 1_000, 0]);
  clock.advance(499);
  assert.deepEqual(due, []);
  clock.advance(1);
  assert.deepEqual(due, ['a 1']);
  clock.advance(500);
  assert.deepEqual(due, ['a 1', 'b 2', 'c 3']);
});

test('a Secret that is deleted again waits again', () => {
  const { clock, due, releases } = setUp();
  releases.begin([{ namespace: 'a', number: 1 }]);
  clock.advance(600);
  releases.begin([{ namespace: 'a', number: 2 }]);
  clock.advance(600);
  assert.deepEqual([due, releases.opensIn('a')], [[], 400]);
  clock.advance(400);
  assert.deepEqual(due, ['a 2']);
});

test('no release is due after the end', () => {
  const { clock, due, releases } = setUp();
  releases.begin([{ namespace: 'a', number: 1 }]);
  releases.stop();
  releases.begin([{ namespace: 'b', number: 2 }]);
  clock.advance(2_000);
  assert.deepEqual(due, []);
});
