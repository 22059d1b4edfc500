import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Heartbeat } from '../../src/proxy/heartbeat.ts';

test('a chore runs at the first tick at which it is due, and not earlier', () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 50 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000 }), gaps, (every, steps) => {
      const ran: number[] = [];
      const heartbeat = new Heartbeat();
      let now = 1_000;
      heartbeat.add(now, [{ every, run: () => ran.push(now) }]);
      const expected: number[] = [];
      for (const step of steps) {
        now += step;
        if (now - (expected.at(-1) ?? 1_000) >= every) expected.push(now);
        heartbeat.tick(now, 0);
      }
      assert.deepEqual(ran, expected);
    }),
  );
});

test('chores run in order and get the delay of the tick', () => {
  const ran: string[] = [];
  const heartbeat = new Heartbeat();
  heartbeat.add(0, [
    { every: 0, run: (late) => ran.push(`a ${late}`) },
    { every: 100, run: (late) => ran.push(`b ${late}`) },
    { every: 0, run: (late) => ran.push(`c ${late}`) },
  ]);
  heartbeat.tick(50, 3);
  heartbeat.tick(150, 7);
  assert.deepEqual(ran, ['a 3', 'c 3', 'a 7', 'b 7', 'c 7']);
});
