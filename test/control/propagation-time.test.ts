import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PropagationTime } from '../../src/control/propagation-time.ts';

type Step =
  | { readonly published: number; readonly received: number }
  /** The live revision of every worker at a time; -1: it has no table. */
  | { readonly live: readonly number[]; readonly now: number };

function check(name: string, steps: readonly Step[], observed: readonly number[]): void {
  test(name, () => {
    const seconds: number[] = [];
    const propagation = new PropagationTime((value) => seconds.push(value));
    for (const step of steps) {
      if ('published' in step) propagation.published(step.published, step.received);
      else {
        const workers = step.live.map((applied, worker) => ({ worker, listening: applied >= 0, applied }));
        propagation.settle(workers, step.now);
      }
    }
    assert.deepEqual(seconds, observed);
  });
}

check(
  'a change has propagated when the last worker has it',
  [
    { published: 2, received: 1_000 },
    { live: [2, 1], now: 1_500 },
    { live: [2, 2], now: 3_000 },
    { live: [2, 2], now: 9_000 },
  ],
  [2],
);

check(
  'a later revision includes the earlier ones',
  [
    { published: 2, received: 0 },
    { published: 3, received: 1_000 },
    { published: 4, received: 2_000 },
    { live: [3, 4], now: 4_000 },
    { live: [4, 4], now: 5_000 },
  ],
  [4, 3, 3],
);

check(
  'a starting worker does not delay a change, and podway does not wait for a worker that dies',
  [
    { published: 2, received: 0 },
    { live: [2, -1], now: 1_000 },
    { published: 3, received: 1_000 },
    { live: [2, 3], now: 1_500 },
    { live: [-1, 3], now: 2_000 },
  ],
  [1, 1],
);

check(
  'a change that is published before any worker has a table waits for the first worker',
  [
    { published: 1, received: 0 },
    { live: [-1], now: 100 },
    { live: [1], now: 250 },
  ],
  [0.25],
);

test('a worker that hangs does not let memory grow', () => {
  let observed = 0;
  const propagation = new PropagationTime(() => {
    observed += 1;
  });
  for (let revision = 1; revision <= 20_000; revision += 1) propagation.published(revision, 0);
  propagation.settle([{ worker: 0, listening: true, applied: 20_000 }], 1);
  assert.equal(observed, 10_000);
});
