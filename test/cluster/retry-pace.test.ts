import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiFailure } from '../../src/cluster/api/api-failure.ts';
import { RetryPace } from '../../src/cluster/watch/retry-pace.ts';
import type { ProblemReason } from '../../src/cluster/source.ts';
import { TestClock } from './test-clock.ts';

/** Waits with the random number 0: half of the maximum. */
const WAITS: readonly (readonly [string, readonly ProblemReason[], readonly number[]])[] = [
  [
    'refused connections are retried within three seconds, regardless of how long the outage lasts',
    Array.from({ length: 12 }, () => 'unreachable' as const),
    [100, 200, 400, 800, 1500, 1500, 1500, 1500, 1500, 1500, 1500, 1500],
  ],
  [
    'when a server responds again after an outage, the waits begin with the shortest one',
    [...Array.from({ length: 12 }, () => 'unreachable' as const), 'throttled', 'server-error', 'forbidden'],
    [100, 200, 400, 800, ...Array.from({ length: 8 }, () => 1500), 100, 200, 400],
  ],
  [
    'a balancer with one server of two does not get a flood of requests',
    Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? 'unreachable' : 'server-error')),
    [100, 100, 200, 200, 400, 400, 800, 800],
  ],
  [
    'a server that answers 503 gets the next request within ten seconds',
    Array.from({ length: 8 }, () => 'server-error' as const),
    [100, 200, 400, 800, 1600, 3200, 5000, 5000],
  ],
  [
    'a rejected token is read again within three seconds',
    Array.from({ length: 6 }, () => 'unauthorized' as const),
    [100, 200, 400, 800, 1500, 1500],
  ],
  [
    'requests that cost the server work are repeated with growing waits',
    Array.from({ length: 10 }, () => 'malformed' as const),
    [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000],
  ],
];

for (const [name, reasons, waits] of WAITS) {
  test(name, () => {
    const pace = new RetryPace(new TestClock());
    assert.deepEqual(
      reasons.map((reason, index) => pace.delay(new ApiFailure(reason, ''), index + 1)),
      waits,
    );
  });
}

test('the Retry-After of a server is a lower bound, up to a minute', () => {
  const pace = new RetryPace(new TestClock());
  const busy = (retryAfter: number) => new ApiFailure('throttled', '', { retryAfter });
  assert.equal(pace.delay(busy(5_000), 1), 5_000);
  assert.equal(pace.delay(busy(3_600_000), 2), 60_000);
});

test('a success resets all back-off', () => {
  const pace = new RetryPace(new TestClock());
  const failure = new ApiFailure('unreachable', '');
  for (let count = 1; count <= 10; count += 1) pace.delay(failure, count);
  assert.equal(pace.delay(failure, 1), 100);
});

test('a 410 needs no wait unless a list has just ended', () => {
  const pace = new RetryPace(new TestClock());
  const failure = new ApiFailure('expired', '', { relist: true });
  const at = (watching: boolean, sinceListed?: number) => pace.atOnce({ failure, watching, sinceListed });
  assert.equal(at(true, 10_000), true);
  assert.equal(at(true, 9_999), false);
  assert.equal(at(true, undefined), false);
  assert.equal(at(false, 10_000), false, 'a list waits');
});

test('a 401 needs no wait once in ten seconds: its token may have been rotated', () => {
  const clock = new TestClock();
  const pace = new RetryPace(clock);
  const attempt = { failure: new ApiFailure('unauthorized', ''), watching: true, sinceListed: undefined };
  assert.equal(pace.atOnce(attempt), true);
  assert.equal(pace.atOnce(attempt), false);
  clock.advance(9_999);
  assert.equal(pace.atOnce(attempt), false);
  clock.advance(1);
  assert.equal(pace.atOnce(attempt), true);
});
