import type { KeyCounts } from '../../src/boundary/figures.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyLog } from '../../src/control/key-log.ts';
import { delta } from '../fixtures/table-delta.ts';
import { LogLines } from '../fixtures/log-lines.ts';

const INTERVAL = 60_000;
const MINUTE = 60_000;

function counts(changes: Partial<KeyCounts>): KeyCounts {
  return { namespace: 'shop', missing: 0, wrong: 0, repeated: 0, byPod: 0, uses: [], ...changes };
}

function setUp() {
  const lines = new LogLines();
  return { lines, log: new KeyLog(lines.logger, INTERVAL) };
}

function keys(...fields: readonly string[]) {
  return delta({ keys: [{ namespace: 'shop', digests: fields, fields }] });
}

test('requests refused for their key are reported immediately, then as numbers once in an interval', () => {
  const { lines, log } = setUp();
  log.take([counts({ missing: 2, wrong: 1, byPod: 3 })], 0);
  const line = { level: 'warn', namespace: 'shop', msg: 'requests refused for their key' };
  assert.deepEqual(lines.take(), [{ ...line, missing: 2, wrong: 1, repeated: 0, byPod: 3 }]);
  log.take([counts({ wrong: 10 })], 1_000);
  log.take([counts({ repeated: 1 })], 2_000);
  log.check(INTERVAL - 1);
  assert.deepEqual(lines.take(), []);
  log.check(INTERVAL);
  assert.deepEqual(lines.take(), [{ ...line, missing: 0, wrong: 10, repeated: 1, byPod: 0 }]);
  log.check(3 * INTERVAL);
  assert.deepEqual(lines.take(), []);
});

test('requests that only pods refuse and accepted requests are not reported', () => {
  const { lines, log } = setUp();
  log.take([counts({ byPod: 100, uses: [['api-key', 5]] })], 0);
  log.check(INTERVAL);
  assert.deepEqual(lines.take(), []);
});

test('many namespaces cause a bounded number of lines at a time', () => {
  const { lines, log } = setUp();
  const many = Array.from({ length: 120 }, (_, n) => counts({ namespace: `n${n}`, missing: 1 }));
  log.take(many, 0);
  assert.equal(lines.take().length, 50);
  log.check(1_000);
  log.check(2_000);
  assert.equal(lines.take().length, 70);
});

test('a rotation is reported once when the new key comes into use, and once when the old one is no longer used', () => {
  const { lines, log } = setUp();
  log.follow(keys('api-key'), 0);
  log.take([counts({ uses: [['api-key', 9]] })], 0);
  assert.deepEqual(lines.take(), [], 'with one key podway reports no rotation');
  log.follow(keys('api-key', 'api-key.next'), 0);
  log.take([counts({ uses: [['api-key', 9]] })], MINUTE);
  const inUse = (field: string) => ({ level: 'info', namespace: 'shop', field, msg: 'key in use' });
  assert.deepEqual(lines.take(), [inUse('api-key')]);
  for (let at = 2; at < 20; at += 1) {
    log.take(
      [counts({ uses: [['api-key.next', 9], ...(at < 5 ? [['api-key', 1] as const] : [])] })],
      at * MINUTE,
    );
    log.check(at * MINUTE);
  }
  assert.deepEqual(lines.take(), [
    inUse('api-key.next'),
    { level: 'info', namespace: 'shop', field: 'api-key', minutes: 10, msg: 'key not used for some time' },
  ]);
  log.take([counts({ uses: [['api-key', 1]] })], 21 * MINUTE);
  assert.deepEqual(lines.take(), [inUse('api-key')], 'a client still uses it');
});

test('a key that is never used is reported, too; after its Secret is deleted, podway forgets its keys', () => {
  const { lines, log } = setUp();
  log.follow(keys('api-key', 'api-key.next'), 0);
  log.check(10 * MINUTE);
  assert.deepEqual(
    lines.take().map(({ field, msg }) => [field, msg]),
    [
      ['api-key', 'key not used for some time'],
      ['api-key.next', 'key not used for some time'],
    ],
  );
  log.follow(delta({ keysRemoved: ['shop'] }), 11 * MINUTE);
  log.take([counts({ uses: [['api-key', 1]] })], 12 * MINUTE);
  assert.deepEqual(lines.take(), []);
});
