import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Podway, startPodway } from '../process/podway.ts';
import { OpenLoopClients, type LoadFigures } from '../fixtures/load/open-loop-clients.ts';
import { ClosedLoopClients, succeeded } from '../fixtures/load/closed-loop-clients.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { HeavyPod } from '../fixtures/load/heavy-pod.ts';
import { cpuSeconds, metricsOf, sumOf } from '../fixtures/load/readings.ts';

const SECONDS = parameter('SECONDS', 8);
const CONNECTIONS = parameter('CONNECTIONS', 2_000);
/**
 * The pod sends this many interim responses before each response. They are work for the router alone, so that the load
 * generator is not the bottleneck; 30 of them cost the router 1 ms. A refused request costs the reading of its head and a
 * 503: 13 us with few warm connections, 34 us and more with thousands. If a refused request costs the share s of an
 * answered request, twice the capacity leaves (1 - 2s) / (1 - s) of the peak: 0.9 up to s = 0.09.
 */
const INTERIMS = parameter('INTERIMS', 30);
/**
 * Minimum share of the peak that is still answered in time at twice the peak, for the same CPU time of the router:
 * other processes use the machine, too.
 */
const GOODPUT = parameter('GOODPUT', 0.9);
/** MAX_IN_FLIGHT. 0 leaves the setting at its default, the maximum number of connections. */
const IN_FLIGHT = parameter('IN_FLIGHT', 0);
/** Milliseconds before the overload is judged. Requests that are lost until podway detects it are reported separately. */
const SETTLE_TIME = parameter('SETTLE', 3_000);
/** Milliseconds that a client waits for its answer. */
const ANSWER_TIMEOUT = 2_000;
const LAG = process.env['LAG'];

test(`overload at twice the capacity: goodput at least ${GOODPUT * 100} % of the peak, recovery within 5 s`, async (t) => {
  using pod = await HeavyPod.start(INTERIMS);
  await using podway = await startPodway({
    manifests: { 'pod.json': pod.manifest },
    env: {
      ...(IN_FLIGHT > 0 && { MAX_IN_FLIGHT: String(IN_FLIGHT), MAX_IN_FLIGHT_SHARE: '100' }),
      ...(LAG !== undefined && { SHED_AT_LAG: LAG }),
    },
  });
  await podway.until(200);
  const { address, port } = podway;
  // The same clients stay connected all the time, because memory in use makes garbage collection more expensive.
  const overload = await withClients({ address, port, connections: CONNECTIONS }, async (clients) => {
    const before = await peakOf(podway);
    clients.perSecond = 2 * before.perSecond;
    const seen = await overloaded(clients, podway);
    clients.perSecond = before.perSecond / 2;
    const recoveryTime = await recovery(clients);
    clients.perSecond = 0;
    return { ...seen, before, recovery: recoveryTime, after: await peakOf(podway) };
  });
  const samples = await metricsOf(podway);
  const refused = sumOf(samples, 'podway_refused_total', /overload-lag/);
  const { before, after } = overload;
  const peak = (before.perSecond + after.perSecond) / 2;
  const peakOfCpu = (before.perCpu + after.perCpu) / 2;
  const { settling, samples: loadSamples, seconds, retryAfters, cores } = overload;
  const sum = (key: keyof LoadFigures): number => loadSamples.reduce((all, sample) => all + sample[key], 0);
  const max = (key: keyof LoadFigures): number => Math.max(...loadSamples.map((sample) => sample[key]));
  const goodput = sum('succeeded') / (cores.router * seconds) / peakOfCpu;
  printFigures(t, {
    'peak requests/s': peak,
    'peak requests/s before the overload': before.perSecond,
    'ms of CPU for each request': 1_000 / peakOfCpu,
    'arrivals, share of the peak': (sum('succeeded') + sum('shed') + sum('lost')) / seconds / peak,
    'goodput, share of the peak': sum('succeeded') / seconds / peak,
    'goodput, share of the peak for the same CPU': goodput,
    shed: sum('shed'),
    'answers with Retry-After': retryAfters.length,
    lost: sum('lost'),
    'lost before the overload is judged': settling.lost,
    unsent: sum('unsent'),
    'slowest ms': max('maxLatency'),
    'refused, overload-lag': refused,
    'refused, overload-in-flight': sumOf(samples, 'podway_refused_total', /overload-in-flight/),
    'recovery ms': overload.recovery,
    'cores of the router': cores.router,
    'cores of the load and the pod': cores.load,
    'ms that the load was late': max('timerDelay'),
  });
  for (const it of retryAfters) assert.match(String(it), /^\d+$/, 'Retry-After');
  assert.ok(retryAfters.length > 0, 'some clients that read the head were shed');
  assert.ok(goodput >= GOODPUT, `goodput ${goodput}`);
  assert.ok(overload.recovery < 5_000, `recovery ${overload.recovery} ms`);
});

/** Responses for 64 clients that each wait for a response before the next request: by second, and by second of the router's CPU. */
async function peakOf({ address, port, pid }: Podway): Promise<{ perSecond: number; perCpu: number }> {
  const closedLoop = new ClosedLoopClients({ address, port, connections: 64 });
  await sleep(1_500);
  closedLoop.takeTally();
  const cpu = cpuSeconds(pid);
  await sleep((SECONDS * 1_000) / 2);
  const tally = closedLoop.takeTally();
  const peak = {
    perSecond: succeeded(tally) / tally.seconds,
    perCpu: succeeded(tally) / (cpuSeconds(pid) - cpu),
  };
  await closedLoop.stop();
  return peak;
}

async function withClients<T>(
  options: { address: string; port: number; connections: number },
  work: (clients: OpenLoopClients) => Promise<T>,
): Promise<T> {
  using clients = new OpenLoopClients({ ...options, timeout: ANSWER_TIMEOUT });
  await clients.connect();
  return await work(clients);
}

/** The results of the requests for `SECONDS` seconds after `SETTLE_TIME`, and the Retry-After of every 503 of a separate client. */
async function overloaded(clients: OpenLoopClients, podway: Podway) {
  await sleep(SETTLE_TIME);
  const settling = clients.takeFigures();
  const began = performance.now();
  const cpu = { router: cpuSeconds(podway.pid), load: cpuSeconds(process.pid) };
  const samples: LoadFigures[] = [];
  const retryAfters: unknown[] = [];
  const sendRequest = async (): Promise<void> => {
    const { status, headers } = await podway.get('/');
    if (status === 503) retryAfters.push(headers['retry-after']);
  };
  const pendingRequests: Promise<void>[] = [];
  for (let second = 0; second < SECONDS; second += 1) {
    for (let left = 10; left > 0; left -= 1) pendingRequests.push(sendRequest());
    await sleep(1_000);
    samples.push(clients.takeFigures());
  }
  const seconds = (performance.now() - began) / 1_000;
  const cores = {
    router: (cpuSeconds(podway.pid) - cpu.router) / seconds,
    load: (cpuSeconds(process.pid) - cpu.load) / seconds,
  };
  await Promise.all(pendingRequests);
  return { settling, samples, retryAfters, seconds, cores };
}

/** Milliseconds until all clients get their answers in time again. Infinity if that takes more than 20 s. */
async function recovery(clients: OpenLoopClients): Promise<number> {
  const start = performance.now();
  while (performance.now() - start < 20_000) {
    await sleep(250);
    const sample = clients.takeFigures();
    const failed = sample.shed + sample.lost + sample.unsent;
    if (sample.succeeded > 0 && failed === 0 && sample.maxLatency < 500) return performance.now() - start;
  }
  return Number.POSITIVE_INFINITY;
}
