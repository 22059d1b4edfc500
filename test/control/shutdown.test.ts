import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { Shutdown, type ShutdownOptions } from '../../src/control/shutdown.ts';

function setUp(overrides: Partial<ShutdownOptions> = {}) {
  const drained = Promise.withResolvers<number>();
  const ended = Promise.withResolvers<number>();
  const codes: number[] = [];
  let drains = 0;
  let left = 0;
  const shutdown = new Shutdown({
    logger: pino({ level: 'silent' }),
    drainDelay: 0,
    serving: () => true,
    leave: () => {
      left += 1;
    },
    drain: () => {
      drains += 1;
      return drained.promise;
    },
    exit: (code) => {
      codes.push(code);
      ended.resolve(code);
    },
    ...overrides,
  });
  return { shutdown, drained, ended: ended.promise, codes, drains: () => drains, left: () => left };
}

test('a signal starts one drain, then the process exits with 0', async () => {
  const { shutdown, drained, ended, codes, drains } = setUp();
  assert.equal(shutdown.draining, false);
  shutdown.signal('SIGTERM');
  assert.equal(shutdown.draining, true);
  drained.resolve(3);
  assert.equal(await ended, 0);
  await turn();
  assert.deepEqual([codes, drains()], [[0], 1]);
});

test('readiness fails immediately, and serving continues', async () => {
  // The process of this test ends after it: node:timers/promises cannot be mocked for modules that import a name of it.
  const { shutdown, drains, left } = setUp({ drainDelay: 3_000 });
  shutdown.signal('SIGTERM');
  await turn();
  assert.deepEqual([left(), drains()], [1, 0]);
});

test('a router that was never ready drains without the delay', async () => {
  const { shutdown, drained, ended } = setUp({ drainDelay: 3_600_000, serving: () => false });
  shutdown.signal('SIGINT');
  drained.resolve(0);
  assert.equal(await ended, 0);
});

test('a fault starts a drain without delay, and the process exits with 1 (PR-09)', async () => {
  const { shutdown, drained, ended, drains } = setUp({ drainDelay: 3_600_000 });
  shutdown.fault(new Error('boom'));
  assert.equal(shutdown.draining, true);
  assert.equal(drains(), 1);
  drained.resolve(0);
  assert.equal(await ended, 1);
});

test('after a fault whose drain hangs, the process exits within five seconds (PR-09)', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { shutdown, ended } = setUp();
  shutdown.fault(new Error('boom'));
  t.mock.timers.tick(5_000);
  assert.equal(await ended, 1);
});

test('after a fault whose drain fails, the process exits, too', async () => {
  const { shutdown, ended } = setUp({ drain: () => Promise.reject(new Error('worse')) });
  shutdown.fault(new Error('boom'));
  assert.equal(await ended, 1);
});

test('a fault during a drain changes the exit code to 1', async () => {
  const { shutdown, drained, ended, codes } = setUp();
  shutdown.signal('SIGTERM');
  await turn();
  shutdown.fault(new Error('boom'));
  drained.resolve(0);
  assert.equal(await ended, 1);
  await turn();
  assert.deepEqual(codes, [1]);
});
