import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Episode, Episodes } from '../../src/control/episodes.ts';

const INTERVAL = 60_000;

function setUp() {
  const told: string[] = [];
  const say =
    (what: string) =>
    ({ details, times, seconds }: Episode<string>) =>
      void told.push(`${details} ${what} ${times}x ${seconds}s`);
  const episodes = new Episodes<string>(INTERVAL, {
    begun: say('begun'),
    over: say('over'),
    passed: say('passed'),
  });
  return { episodes, told: () => told.splice(0) };
}

test('a beginning and its end are reported immediately, each once, even if several say so', () => {
  const { episodes, told } = setUp();
  episodes.begin('a', 0, 'a', 1_000);
  assert.deepEqual(told(), ['a begun 1x 0s']);
  episodes.begin('a', 1, 'a', 1_500);
  episodes.begin('a', 0, 'a', 2_000);
  episodes.end('a', 1, 'a', 2_500);
  episodes.check(200_000);
  assert.deepEqual(told(), []);
  episodes.end('a', 0, 'a', 301_000);
  assert.deepEqual(told(), ['a over 2x 300s']);
  episodes.end('a', 0, 'a', 302_000);
  assert.deepEqual(told(), []);
});

test('what comes and goes is reported once in an interval, the rest as a number', () => {
  const { episodes, told } = setUp();
  for (let at = 0; at < 10_000; at += 1_000) {
    episodes.begin('a', 0, 'a', at);
    episodes.end('a', 0, 'a', at + 500);
  }
  assert.deepEqual(told(), ['a begun 1x 0s', 'a over 0x 0.5s']);
  episodes.check(INTERVAL - 1);
  assert.deepEqual(told(), []);
  episodes.check(INTERVAL);
  assert.deepEqual(told(), ['a passed 9x 51s']);
  episodes.check(3 * INTERVAL);
  assert.deepEqual(told(), []);
  episodes.begin('a', 0, 'a', 3 * INTERVAL);
  assert.deepEqual(told(), ['a begun 1x 0s']);
});

test('what began in the quiet time and continues is reported when that is over', () => {
  const { episodes, told } = setUp();
  episodes.begin('a', 0, 'a', 0);
  episodes.end('a', 0, 'a', 1_000);
  episodes.begin('a', 0, 'a', 2_000);
  told();
  episodes.check(INTERVAL);
  assert.deepEqual(told(), ['a begun 1x 58s']);
  episodes.end('a', 0, 'a', INTERVAL + 2_000);
  assert.deepEqual(told(), ['a over 0x 60s']);
});

test('subjects do not quieten each other', () => {
  const { episodes, told } = setUp();
  episodes.begin('a', 0, 'a', 0);
  episodes.begin('b', 0, 'b', 0);
  assert.deepEqual(told(), ['a begun 1x 0s', 'b begun 1x 0s']);
});

test('a worker that is gone takes along what was going on there, without a report', () => {
  const { episodes, told } = setUp();
  episodes.begin('a', 0, 'a', 0);
  episodes.begin('b', 0, 'b', 0);
  episodes.begin('b', 1, 'b', 0);
  told();
  episodes.forget(0);
  episodes.check(2 * INTERVAL);
  assert.deepEqual(told(), []);
  episodes.end('b', 1, 'b', 2 * INTERVAL);
  assert.deepEqual(told(), ['b over 1x 120s']);
});

test('it remembers a bounded number of subjects', () => {
  const { episodes, told } = setUp();
  for (let n = 0; n < 5_000; n += 1) episodes.begin(`s${n}`, 0, `s${n}`, 0);
  assert.equal(told().length, 2_000);
});
