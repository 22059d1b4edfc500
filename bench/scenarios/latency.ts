import { WRK } from '../harness/installed.ts';
import type { Scenario } from '../harness/scenario.ts';
import type { OpenLoopOptions } from '../load/open-loop.ts';
import { runLoad } from '../load/program.ts';
import { wrk } from '../load/wrk.ts';

const SHARE = 0.5;
const PROBE_SECONDS = 2;

/** What even a generator that shares its core with the origin keeps up with. */
const COMMON_RATE = 2_000;

/** The rate: half of what wrk's closed loop gets through this contestant. */
export const latency = atRate('latency', 'half of what each can do', 'leaders', async (run) => {
  const { operations, seconds } = await wrk({ ...run, seconds: PROBE_SECONDS }, { connections: 64 });
  return Math.floor((operations / seconds) * SHARE);
});

export const latencyAtCommonRate = atRate('latency-common', `${COMMON_RATE} a second for all`, 'no', () =>
  Promise.resolve(COMMON_RATE),
);

function atRate(
  name: string,
  rate: string,
  byDefault: Scenario['byDefault'],
  prepare: NonNullable<Scenario['prepare']>,
): Scenario {
  return {
    name,
    title: `small GET at a fixed rate, ${rate} (open loop)`,
    operation: 'request',
    byDefault,
    needs: [WRK],
    requires: [],
    origin: 'plain',
    headline: 'p99',
    columns: ['p50', 'p99', 'p999', 'undisturbed99', 'lag', 'perSecond', 'cpu', 'resident'],
    prepare,
    measure: (run) =>
      runLoad(run, 'open-loop.ts', {
        target: run.target,
        rate: run.prepared,
        seconds: run.seconds,
        connections: 256,
      } satisfies OpenLoopOptions),
  };
}
