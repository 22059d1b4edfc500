// How fast traffic follows changes of the cluster, and their cost. A stand-in of the API server with thousands of pods moves
// pods to new addresses all the time, under a load of requests. The bench requests each moved pod's host until the new
// endpoint answers. The pods are addresses of 127.0.0.0/8; the router is a separate process. The stand-in, the measured
// clients, and the load with its pods have a thread each, so that they do not block each other. --single-threaded-gc: helper
// threads of the garbage collector would take cores from the router.
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { counted } from '../src/wiring/counted.ts';
import { startPodway } from '../test/process/podway.ts';
import { numberOf, takeNoArguments } from './command-line.ts';
import { type CoreTime, coreTime } from './harness/core-time.ts';
import { cpuMicroseconds } from './harness/process-tree.ts';
import { type ChangesOptions, type ChangesReport, makeChanges } from './updates/changes.ts';
import { Cluster } from './updates/cluster.ts';
import { type Figures, quantileBound, readFigures, since } from './updates/figures.ts';
import type { ScrapeReport } from './updates/scraper.ts';
import { Traffic } from './updates/traffic.ts';
import { collectGarbage } from '../test/fixtures/collect-garbage.ts';

takeNoArguments(`npm run bench:updates                                  10,000 pods; 100, 300 and 1,000 changes/s, 20 s each
PODS=1000 RATES=100 SECONDS=5 npm run bench:updates    1,000 pods; 100 changes/s, 5 s
HOSTS=100 WORKERS=2 npm run bench:updates              100 shared hosts (default 1,000); 2 workers (1)
REQUESTS=1000 MEASURED=20 npm run bench:updates        1,000 requests/s beside the changes (500); 20 followed changes/s (50)
SCRAPE=0 WARM_UP=10 npm run bench:updates              no scrapes of the metrics (default: one every 15 s);
                                                       10 s of unmeasured changes first, to compile the code (5)
npm run bench:updates -- --help                        this text`);
const PODS = numberOf('PODS', 10_000);
const HOSTS = numberOf('HOSTS', 1_000);
const SECONDS = numberOf('SECONDS', 20);
const REQUESTS = numberOf('REQUESTS', 500);
const MEASURED = numberOf('MEASURED', 50);
const WORKERS = numberOf('WORKERS', 1);
const WARM_UP = numberOf('WARM_UP', 5, 0);
const SCRAPE = numberOf('SCRAPE', 15, 0);
const RATES = (process.env['RATES'] ?? '100,300,1000').split(',').map(Number);
/** Milliseconds in which podway finishes the work of a scrape. */
const SETTLE = 1_000;

await using cluster = await Cluster.start({ pods: PODS, hosts: HOSTS });
await using podway = await startPodway({
  kubeconfig: JSON.parse(cluster.kubeconfig),
  env: { LOG_LEVEL: 'warn', WORKERS: String(WORKERS), UNKNOWN_HOST: '404' },
  timeout: 120_000,
});
await podway.until(200);
await using traffic = await Traffic.start({
  address: podway.address,
  port: podway.port,
  perSecond: REQUESTS,
  hosts: HOSTS,
  scraper: SCRAPE === 0 ? undefined : { address: podway.address, port: podway.adminPort, every: SCRAPE },
});

console.log(
  `${PODS} pods on ${HOSTS} shared hosts and one of each, ${REQUESTS} requests/s, ${counted(WORKERS, 'worker')}; ` +
    `Node ${process.version}, ${availableParallelism()} cores, shared with the load and the stand-in`,
);
await delay(2_000);
const quiet = await during(() => delay(5_000));
const perRequest = quiet.cpu / quiet.requests;
console.log(
  `no changes: ${perRequest.toFixed(0)} us of CPU per request, worker loop delay p99 ${milli(quiet.loopDelay.p99)} ` +
    `max ${milli(quiet.loopDelay.max)} ms`,
);
const [firstRate = 0] = RATES;
let failed = WARM_UP > 0 ? (await makeChanges(changesOf(firstRate, WARM_UP))).failed : 0;
for (const rate of RATES) failed += await measure(rate);
const { requests, failed: lost, failures } = await traffic.stop();
console.log(
  `\nload in all: ${counted(requests, 'request')}, ${lost} failed${failures.map((it) => `\n  ${it}`).join('')}`,
);
process.exitCode = failed + lost === 0 ? 0 : 1;

function changesOf(rate: number, seconds: number): ChangesOptions {
  const { address, port } = podway;
  return { cluster, address, port, rate, seconds, measured: MEASURED };
}

/** Measures and prints one rate. Returns the number of failed requests. */
async function measure(rate: number): Promise<number> {
  let made: ChangesReport | undefined;
  const figures = await during(async () => {
    made = await makeChanges(changesOf(rate, SECONDS));
  });
  if (made === undefined) throw new Error('nothing was measured');
  const { latencies, undisturbed, changes } = made;
  const requests = figures.requests + made.requests;
  const perChange = (figures.cpu - perRequest * requests) / changes;
  const { count, milliseconds } = figures.propagated;
  console.log(
    [
      `\n${rate} changes/s for ${SECONDS} s (${counted(changes, 'change')}, ${latencies.length} of them followed)`,
      `  change sent -> first answer of the new endpoint: ${spread(latencies)}`,
      `    without the ${latencies.length - undisturbed.length} during which the clients' own thread was blocked: ${spread(undisturbed)}`,
      `  podway_route_propagation_seconds: mean ${milli(milliseconds / count)} ms, 99 % within ` +
        `${quantileBound(figures.propagated, 0.99)} ms, 99.9 % within ${quantileBound(figures.propagated, 0.999)} ms (${count} deltas)`,
      `  threads of podway: ${seconds(figures.cores.ran)} s on a core, ${seconds(figures.cores.waited)} s waiting for one`,
      `  CPU per change ${perChange.toFixed(0)} us (without that of ${counted(requests, 'request')})`,
      `  worker event-loop delay p99 ${milli(figures.loopDelay.p99)}  max ${milli(figures.loopDelay.max)} ms`,
      ...scrapeLines(figures.scrapes),
      `  followers: ${counted(made.requests, 'request')}, ${made.failed} failed, ${counted(made.late, 'change')} not seen in 10 s; RSS ${Math.round(figures.residentBytes / 2 ** 20)} MB`,
      ...made.failures.map((it) => `    ${it}`),
    ].join('\n'),
  );
  return made.failed;
}

interface During extends Figures {
  /** CPU of the whole process in microseconds, without that of reading the metrics. */
  readonly cpu: number;
  readonly cores: CoreTime;
  /** Requests of the load. */
  readonly requests: number;
  readonly scrapes: ScrapeReport | undefined;
}

/** Figures of the time in which `work` ran. Counts are differences. */
async function during(work: () => Promise<unknown>): Promise<During> {
  const before = await readFigures(podway);
  // The garbage of reading thousands of series would block this thread, and with it the stand-in and the clients.
  collectGarbage();
  await delay(SETTLE);
  const load = await traffic.report();
  const cpu = cpuMicroseconds(podway.pid);
  const cores = coreTime(podway.pid);
  await work();
  const coresAfter = coreTime(podway.pid);
  const spent = cpuMicroseconds(podway.pid) - cpu;
  const { requests: answered, scrapes } = await traffic.report();
  const after = await readFigures(podway);
  return {
    ...after,
    cpu: spent,
    cores: { ran: coresAfter.ran - cores.ran, waited: coresAfter.waited - cores.waited },
    requests: answered - load.requests,
    scrapes,
    propagated: since(before.propagated, after.propagated),
  };
}

function scrapeLines(report: ScrapeReport | undefined): string[] {
  if (report === undefined) return [];
  const { scrapes, failed, bytes, longest, mainLoop } = report;
  return [
    `  ${counted(scrapes, 'scrape')} of ${(bytes / 1e6).toFixed(1)} MB, ${failed} failed, the longest took ${milli(longest)} ms; ` +
      `main thread's 10 ms timer at most ${milli(mainLoop)} ms apart`,
  ];
}

/** Percentiles of milliseconds, which must be in ascending order. */
function spread(sorted: readonly number[]): string {
  const at = (part: number) => milli(sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN);
  return `p50 ${at(0.5)}  p99 ${at(0.99)}  max ${at(1)} ms`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(1);
}

function milli(milliseconds: number): string {
  return milliseconds.toFixed(2);
}
