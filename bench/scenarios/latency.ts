import { WRK } from '../harness/installed.ts';
import type { Scenario } from '../harness/scenario.ts';
import type { OpenLoopOptions } from '../load/open-loop.ts';
import { runLoad } from '../load/program.ts';
import { wrk } from '../load/wrk.ts';

const SHARE = 0.5;
const PROBE_SECONDS = 2;

export const latency: Scenario = {
  name: 'latency',
  title: 'small GET at a fixed rate, half of what each can do (open loop)',
  operation: 'request',
  byDefault: 'leaders',
  needs: [WRK],
  requires: [],
  origin: 'plain',
  headline: 'p99',
  columns: ['p50', 'p99', 'p999', 'lag', 'perSecond', 'cpu', 'resident'],
  /** The rate: half of what wrk's closed loop gets through this contestant. */
  prepare: async (run) => {
    const { operations, seconds } = await wrk({ ...run, seconds: PROBE_SECONDS }, { connections: 64 });
    return Math.floor((operations / seconds) * SHARE);
  },
  measure: (run) =>
    runLoad(run, 'open-loop.ts', {
      target: run.target,
      rate: run.prepared,
      seconds: run.seconds,
      connections: 256,
    } satisfies OpenLoopOptions),
};
