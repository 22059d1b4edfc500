/** Conditions of many pods: how fast they are set, in which order, and which of them do not delay the others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ApiFailure } from '../../src/cluster/api/api-failure.ts';
import type { Clock } from '../../src/cluster/clock.ts';
import type { GateChange } from '../../src/cluster/gates/gate-change.ts';
import { GateWriter } from '../../src/cluster/gates/gate-writer.ts';
import type { PatchCondition } from '../../src/cluster/gates/patch-condition.ts';
import { keyOf } from '../../src/wiring/object-id.ts';

/** A clock that the test advances, for several sleepers at once. */
class StepClock implements Pick<Clock, 'now' | 'random' | 'sleep'> {
  #now = 0;
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#sleepers.add({ at: this.#now + ms, wake: resolve });
    signal.addEventListener('abort', () => resolve());
    if (signal.aborted) resolve();
    await promise;
  }

  async advanceClock(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await turn();
      const next = Math.min(...[...this.#sleepers].map(({ at }) => at));
      if (next > end) break;
      this.#now = Math.max(next, this.#now);
      for (const sleeper of this.#sleepers) {
        if (sleeper.at > this.#now) continue;
        this.#sleepers.delete(sleeper);
        sleeper.wake();
      }
    }
    this.#now = end;
  }
}

function change(name: string, status: 'True' | 'False' = 'True'): GateChange {
  const reason = status === 'True' ? 'Routed' : 'Refused';
  return {
    pod: { namespace: 'shop', name, uid: name },
    condition: { type: 'g', status, reason, message: '' },
  };
}

async function writing(
  patch: PatchCondition,
  body: (it: { writer: GateWriter; clock: StepClock }) => Promise<void>,
): Promise<void> {
  const clock = new StepClock();
  const writer = new GateWriter({ patch, clock: clock as unknown as Clock, perSecond: 50 });
  const stop = new AbortController();
  const ended = writer.run(
    () => true,
    () => undefined,
    stop.signal,
  );
  try {
    await body({ writer, clock });
  } finally {
    stop.abort();
    await ended;
  }
}

for (const { takes, most, least } of [
  { takes: 0, most: 50, least: 46 },
  { takes: 60, most: 50, least: 46 },
  { takes: 400, most: 50, least: 8 },
]) {
  test(`with responses that take ${takes} ms the rate is from ${least} to ${most} in a second`, async () => {
    const times: number[] = [];
    let clock: StepClock | undefined;
    const patch: PatchCondition = async (_, signal) => {
      times.push(clock?.now() ?? 0);
      await clock?.sleep(takes, signal);
      return 'done';
    };
    await writing(patch, async (it) => {
      clock = it.clock;
      for (let at = 0; at < 1_000; at += 1) it.writer.request(change(`web-${at}`));
      await it.clock.advanceClock(3_000);
      for (let from = 0; from < 2_000; from += 100) {
        const count = times.filter((time) => time >= from && time < from + 1_000).length;
        assert.ok(count >= least && count <= most + 4, `${count} from ${from} on`);
      }
    });
  });
}

test('two conditions of the same pod are never written at the same time', async () => {
  const log: string[] = [];
  const answers: (() => void)[] = [];
  const patch: PatchCondition = async ({ condition }) => {
    log.push(condition.status);
    await new Promise<void>((resolve) => answers.push(resolve));
    log.push(`${condition.status} taken`);
    return 'done';
  };
  await writing(patch, async ({ writer, clock }) => {
    writer.request(change('web', 'False'));
    await clock.advanceClock(1_000);
    writer.request(change('web', 'True'));
    await clock.advanceClock(1_000);
    assert.deepEqual(log, ['False']);
    answers.shift()?.();
    await clock.advanceClock(1_000);
    assert.deepEqual(log, ['False', 'False taken', 'True']);
    answers.shift()?.();
    await clock.advanceClock(1_000);
  });
});

test('a condition that the API server never accepts is sent once, and the others do not wait', async () => {
  const log: string[] = [];
  const patch: PatchCondition = async ({ pod }) => {
    log.push(pod.name);
    if (pod.name.startsWith('bad')) throw new ApiFailure('refused', 'no');
    return 'done';
  };
  await writing(patch, async ({ writer, clock }) => {
    for (let at = 0; at < 20; at += 1) writer.request(change(`bad-${at}`));
    writer.request(change('good'));
    await clock.advanceClock(1_000);
    assert.equal(log.length, 21);
    assert.deepEqual(writer.counts, { written: 1, failed: 20 });
  });
});

test('a condition that is forgotten is not written', async () => {
  const log: string[] = [];
  const patch: PatchCondition = async ({ pod }) => {
    log.push(pod.name);
    return 'done';
  };
  await writing(patch, async ({ writer, clock }) => {
    for (let at = 0; at < 10; at += 1) writer.request(change(`web-${at}`));
    writer.forget(keyOf(change('web-9').pod));
    await clock.advanceClock(10_000);
    assert.deepEqual([log.length, log.includes('web-9')], [9, false]);
  });
});
