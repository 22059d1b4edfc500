import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPodway } from '../process/podway.ts';
import { Arrivals, type Stretch } from '../rig/load/arrivals.ts';
import { BusyClients, good } from '../rig/load/clients.ts';
import { parameter, tell } from '../rig/load/figures.ts';
import { metricsOf, total } from '../rig/load/look.ts';
import { LoadPod } from '../rig/load/pod.ts';

const SECONDS = parameter('SECONDS', 8);
const CONNECTIONS = parameter('CONNECTIONS', 2_000);
/** Milliseconds of CPU that each forwarded request costs the router more than it would: the load must not be the first to tire. */
const COST = parameter('COST', 2);
/** Share of the peak that is still answered in time at twice the peak. */
const GOODPUT = parameter('GOODPUT', 0.9);
/** Milliseconds. */
const PATIENCE = 2_000;
const LAG = process.env['LAG'];

test(`overload at twice the capacity: goodput at least ${GOODPUT * 100} % of the peak, recovery within 5 s`, async (t) => {
  using pod = await LoadPod.start();
  const program = slowedDown(pod.port);
  await using podway = await startPodway({
    manifests: { 'pod.json': pod.manifest },
    env: {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}`,
      ...(LAG !== undefined && { SHED_AT_LAG: LAG }),
    },
  });
  await podway.until(200);
  const busy = new BusyClients({ address: podway.address, port: podway.port, connections: 64 });
  await sleep(2_000);
  busy.take();
  await sleep((SECONDS * 1_000) / 2);
  const tally = await busy.stop();
  const peak = good(tally) / tally.seconds;

  using arrivals = new Arrivals({
    address: podway.address,
    port: podway.port,
    connections: CONNECTIONS,
    patience: PATIENCE,
  });
  await arrivals.connect();
  arrivals.perSecond = 2 * peak;
  await sleep(2_000);
  arrivals.take();
  const stretches: Stretch[] = [];
  for (let second = 0; second < SECONDS; second += 1) {
    await sleep(1_000);
    stretches.push(arrivals.take());
  }
  const sum = (key: keyof Stretch): number => stretches.reduce((all, stretch) => all + stretch[key], 0);
  const goodput = sum('good') / SECONDS / peak;

  arrivals.perSecond = peak / 2;
  const relieved = performance.now();
  let recovery = Number.POSITIVE_INFINITY;
  while (recovery === Number.POSITIVE_INFINITY && performance.now() - relieved < 20_000) {
    await sleep(250);
    const { good, shed, lost, unsent, slowest } = arrivals.take();
    if (good > 0 && shed + lost + unsent === 0 && slowest < 500) recovery = performance.now() - relieved;
  }
  const samples = await metricsOf(podway);
  tell(t, {
    'peak requests/s': peak,
    'goodput of the peak': goodput,
    'good a second': JSON.stringify(stretches.map((stretch) => stretch.good)),
    shed: sum('shed'),
    lost: sum('lost'),
    unsent: sum('unsent'),
    'slowest ms': Math.max(...stretches.map((stretch) => stretch.slowest)),
    'refused for lag': total(samples, 'podway_refused_total', /overload-lag/),
    'loop delay p99 s': total(samples, 'podway_worker_event_loop_delay_seconds', /p99/),
    'recovery ms': recovery,
    'ms that the load was late itself': Math.max(...stretches.map((stretch) => stretch.late)),
  });
  assert.ok(goodput >= GOODPUT, `goodput ${goodput}`);
  assert.ok(recovery < 5_000, `recovery ${recovery} ms`);
});

/** Every write to the pod takes its time, in the worker's own thread. */
function slowedDown(port: number): string {
  return `import { Socket } from 'node:net';
const write = Socket.prototype.write;
Socket.prototype.write = function (...args) {
  if (this.remotePort === ${port}) for (const end = performance.now() + ${COST}; performance.now() < end; );
  return write.apply(this, args);
};`;
}
