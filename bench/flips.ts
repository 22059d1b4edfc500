// What pods with many routes cost other pods: how long each thread of podway is blocked when such a pod becomes unready and
// ready again, or is deleted and created, and how much memory all routes take. The cluster is a stand-in of the API server.
import { setTimeout as delay } from 'node:timers/promises';
import { counted } from '../src/wiring/counted.ts';
import { startPodway } from '../test/process/podway.ts';
import { KubernetesApi } from '../test/fixtures/kubernetes-api.ts';
import { podManifest } from '../test/fixtures/manifest.ts';
import { numberOf, takeNoArguments } from './command-line.ts';
import { manifestOf } from './flips/pods.ts';
import { type ChangeCost, ChangeCosts } from './flips/change-costs.ts';
import { Probe, type ProbeReport } from './flips/probe.ts';
import { cpuMicroseconds, residentBytes } from './harness/process-tree.ts';

takeNoArguments(`npm run bench:flips                                  100 pods, each with 1,000 routes of its own
PODS=10 ROUTES=10000 SHARED=yes npm run bench:flips  10 pods, all with the same 10,000 routes
FLIPS=50 APART=200 WORKERS=2 npm run bench:flips     50 changes of each kind (default 20), every 200 ms (500); 2 workers (1)
MAIN=../other/src/main.ts npm run bench:flips        podway of another checkout
npm run bench:flips -- --help                        this text`);
const PODS = numberOf('PODS', 100);
const ROUTES = numberOf('ROUTES', 1_000);
const FLIPS = numberOf('FLIPS', 20);
const INTERVAL = numberOf('APART', 500);
const WORKERS = numberOf('WORKERS', 1);
const SHARED = (process.env['SHARED'] ?? 'no') !== 'no';
const MAIN = process.env['MAIN'];
/** Limit of routes. It is above their number, because the bench does not measure limits. */
const ROUTE_LIMIT = String(Math.max(100_000, PODS * ROUTES));
const POD = { address: '127.99.0.1', port: 18_951 };

const pods = { pods: PODS, routes: ROUTES, shared: SHARED };

await using api = await KubernetesApi.start();
for (let pod = 0; pod < PODS; pod += 1) api.apply(manifestOf(pod, 'ready', pods));
api.apply(podManifest({ name: 'neighbour', hosts: 'neighbour.local', paths: '/', ...POD }));
const began = performance.now();
await using podway = await startPodway({
  kubeconfig: JSON.parse(api.kubeconfig()),
  ...(MAIN !== undefined && { main: MAIN }),
  env: {
    LOG_LEVEL: 'warn',
    WORKERS: String(WORKERS),
    MAX_ROUTES_PER_POD: '100000',
    MAX_ROUTES_PER_NAMESPACE: ROUTE_LIMIT,
    MAX_ROUTES: ROUTE_LIMIT,
  },
  timeout: 300_000,
});
await podway.until(200);
const started = performance.now() - began;
await delay(3_000);
const { address, port, adminPort } = podway;
console.log(
  `${counted(PODS, 'pod')}, ${counted(ROUTES, 'route')} each, ${SHARED ? 'all of them shared' : 'of their own'}; ${counted(WORKERS, 'worker')}; ` +
    `ready after ${(started / 1_000).toFixed(1)} s, RSS ${Math.round(residentBytes(podway.pid) / 2 ** 20)} MB`,
);
const probe = await Probe.start({ address, port, adminPort, pod: POD, host: 'neighbour.local' });
await delay(2_000);
const idleCpu = await measure('no change', () => undefined);
await measure(
  'a pod turns unready, or ready',
  (at) => api.apply(manifestOf(0, at % 2 === 0 ? 'unready' : 'ready', pods)),
  idleCpu,
);
await measure(
  'a pod is deleted, or created',
  (at) => {
    if (at % 2 === 0) api.delete(manifestOf(1, 'ready', pods));
    else api.apply(manifestOf(1, 'ready', pods));
  },
  idleCpu,
);
console.log(`RSS ${Math.round(residentBytes(podway.pid) / 2 ** 20)} MB`);
await probe.stop();
if (MAIN === undefined) printChangeCosts();

/** Makes the changes one after the other; returns the milliseconds of CPU between two of them. */
async function measure(what: string, change: (at: number) => unknown, idleCpu = 0): Promise<number> {
  await probe.takeReport();
  const cpu = cpuMicroseconds(podway.pid);
  const reports: ProbeReport[] = [];
  for (let at = 0; at < FLIPS; at += 1) {
    change(at);
    await delay(INTERVAL);
    reports.push(await probe.takeReport());
  }
  const spent = (cpuMicroseconds(podway.pid) - cpu) / FLIPS / 1_000;
  const own = spent - idleCpu;
  const print = (thread: keyof ProbeReport) => {
    const all = reports.map((it) => it[thread]).sort((a, b) => a - b);
    return `median ${(all[all.length >> 1] ?? 0).toFixed(1)}, longest ${(all.at(-1) ?? 0).toFixed(1)}`;
  };
  console.log(
    `  ${what}\n    CPU of podway ${own.toFixed(1)} ms each, all threads\n` +
      `    longest wait in ms after each: main thread ${print('main')}; worker ${print('worker')}; the probe itself ${print('own')}`,
  );
  return spent;
}

/** Measures the steps of the same changes in this process. */
function printChangeCosts(): void {
  const costs = new ChangeCosts(pods);
  const print = (what: string, all: readonly ChangeCost[]): void => {
    const median = (of: (it: ChangeCost) => number) =>
      (all.map(of).sort((a, b) => a - b)[all.length >> 1] ?? 0).toFixed(2);
    console.log(
      `  ${what}: without interruption ${median((it) => it.main)} ms of the main thread and ` +
        `${median((it) => it.worker)} of a worker; ${median((it) => it.total)} in all, ${all[0]?.parts} messages (medians)`,
    );
  };
  console.log('step by step:');
  const indexes = Array.from({ length: FLIPS }, (_, at) => at);
  print(
    'a pod turns unready, or ready',
    indexes.map((at) => costs.flip(0, at % 2 === 0 ? 'unready' : 'ready')),
  );
  print(
    'a pod is deleted, or created',
    indexes.map((at) => (at % 2 === 0 ? costs.remove(1) : costs.flip(1, 'ready'))),
  );
  print(
    'a worker starts',
    indexes.slice(0, 3).map(() => costs.startWorker()),
  );
}
