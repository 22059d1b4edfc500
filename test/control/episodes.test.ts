import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Episode, Episodes } from '../../src/control/episodes.ts';

const INTERVAL = 60_000;

function setUp() {
  const reported: string[] = [];
  const report =
    (what: string) =>
    ({ details, times, seconds }: Episode<string>) =>
      void reported.push(`${details} ${what} ${times}x ${seconds}s`);
  const episodes = new Episodes<string>(INTERVAL, {
    started: report('begun'),
    ended: report('over'),
    endedUnreported: report('passed'),
  });
  return { episodes, reported: () => reported.splice(0) };
}

test('a beginning and its end are reported immediately, each once, even if several workers report them', () => {
  const { episodes, reported } = setUp();
  episodes.begin('a', 0, 'a', 1_000);
  assert.deepEqual(reported(), ['a begun 1x 0s']);
  episodes.begin('a', 1, 'a', 1_500);
  episodes.begin('a', 0, 'a', 2_000);
  episodes.end('a', 1, 'a', 2_500);
  episodes.check(200_000);
  assert.deepEqual(reported(), []);
  episodes.end('a', 0, 'a', 301_000);
  assert.deepEqual(reported(), ['a over 2x 300s']);
  episodes.end('a', 0, 'a', 302_000);
  assert.deepEqual(reported(), []);
});

test('an episode that begins and ends often is reported once in an interval, the rest as a number', () => {
  const { episodes, reported } = setUp();
  for (let at = 0; at < 10_000; at += 1_000) {
    episodes.begin('a', 0, 'a', at);
    episodes.end('a', 0, 'a', at + 500);
  }
  assert.deepEqual(reported(), ['a begun 1x 0s', 'a over 0x 0.5s']);
  episodes.check(INTERVAL - 1);
  assert.deepEqual(reported(), []);
  episodes.check(INTERVAL);
  assert.deepEqual(reported(), ['a passed 9x 51s']);
  episodes.check(3 * INTERVAL);
  assert.deepEqual(reported(), []);
  episodes.begin('a', 0, 'a', 3 * INTERVAL);
  assert.deepEqual(reported(), ['a begun 1x 0s']);
});

test('an episode that began in the quiet time and continues is reported after the quiet time', () => {
  const { episodes, reported } = setUp();
  episodes.begin('a', 0, 'a', 0);
  episodes.end('a', 0, 'a', 1_000);
  episodes.begin('a', 0, 'a', 2_000);
  reported();
  episodes.check(INTERVAL);
  assert.deepEqual(reported(), ['a begun 1x 58s']);
  episodes.end('a', 0, 'a', INTERVAL + 2_000);
  assert.deepEqual(reported(), ['a over 0x 60s']);
});

test('a report on one subject does not suppress those on others', () => {
  const { episodes, reported } = setUp();
  episodes.begin('a', 0, 'a', 0);
  episodes.begin('b', 0, 'b', 0);
  assert.deepEqual(reported(), ['a begun 1x 0s', 'b begun 1x 0s']);
});

test('the episodes of a worker that is gone are removed without a report', () => {
  const { episodes, reported } = setUp();
  episodes.begin('a', 0, 'a', 0);
  episodes.begin('b', 0, 'b', 0);
  episodes.begin('b', 1, 'b', 0);
  reported();
  episodes.forget(0);
  episodes.check(2 * INTERVAL);
  assert.deepEqual(reported(), []);
  episodes.end('b', 1, 'b', 2 * INTERVAL);
  assert.deepEqual(reported(), ['b over 1x 120s']);
});

test('the number of remembered subjects is bounded', () => {
  const { episodes, reported } = setUp();
  for (let n = 0; n < 5_000; n += 1) episodes.begin(`s${n}`, 0, `s${n}`, 0);
  assert.equal(reported().length, 2_000);
});
