import { BusyLoops } from '../harness/busy-loops.ts';
import { SEPARATE_CORES } from '../harness/cores.ts';
import { CHRT, TCPDUMP, WRK } from '../harness/programs.ts';
import type { Run, Scenario } from '../harness/scenario.ts';
import { capturePackets } from '../load/capture.ts';
import { forwardingTimes } from '../load/forwarding-times.ts';
import type { OpenLoopOptions } from '../load/open-loop.ts';
import { runLoad } from '../load/run-load.ts';
import type { LoadResult } from '../load/target.ts';
import { wrk } from '../load/wrk.ts';

const LOAD_FRACTION = 0.5;
const PROBE_SECONDS = 2;

/** A rate that a generator can keep even if it shares its core with the origin. */
const COMMON_RATE = 2_000;

const INSIDE_RATE = 4_000;
/** Seconds of warm-up. At this rate V8 compiles functions for longer, and its compiler threads share the proxy's core. */
const INSIDE_WARM_UP = 60;

/** The rate is half of the throughput that wrk's closed loop reaches through this rival. */
export const latency = atRate('latency', 'half of what each can do', 'leaders', async (run) => {
  const { operations, seconds } = await wrk({ ...run, seconds: PROBE_SECONDS }, { connections: 64 });
  return Math.floor((operations / seconds) * LOAD_FRACTION);
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
    requiredPrograms: [WRK],
    requiredCapabilities: [],
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

/**
 * Measures latency from the times of packets, which excludes the delays of the load program and the pod, which share a core.
 * All rivals have the same rate: about half of podway's throughput if requests do not arrive in batches.
 */
export const latencyInside: Scenario = {
  name: 'latency-inside',
  title: `small GET, ${INSIDE_RATE} a second for all: time inside the proxy, by packet times`,
  operation: 'request',
  byDefault: 'no',
  requiredPrograms: [TCPDUMP, CHRT],
  requiredCapabilities: ['hosts'],
  origin: 'plain',
  headline: 'p99',
  columns: ['p50', 'p99', 'p999', 'lag', 'perSecond', 'cpu', 'busy'],
  async prepare(run) {
    await numberedLoad({ ...run, seconds: INSIDE_WARM_UP });
    return INSIDE_RATE;
  },
  async measure(run) {
    await using _ = new BusyLoops(SEPARATE_CORES.proxy, SEPARATE_CORES.load);
    const ports = [run.target.port, run.origin.port];
    const { result, segments } = await capturePackets(run, ports, () => numberedLoad(run));
    const times = forwardingTimes(segments, run.target.port, run.origin.port);
    if (times.count < result.operations) throw new Error(`${times.count} of ${result.operations} were seen`);
    const [p50 = 0, p99 = 0, p999 = 0] = times.at(0.5, 0.99, 0.999);
    return { ...result, p50, p99, p999 };
  },
};

function numberedLoad(run: Run): Promise<LoadResult> {
  const { target, seconds } = run;
  const load = { target, rate: INSIDE_RATE, seconds, connections: 64, numbered: true };
  return runLoad(run, 'open-loop.ts', load satisfies OpenLoopOptions, { highPriority: true });
}
