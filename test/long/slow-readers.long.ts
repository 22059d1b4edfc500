import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPodway } from '../process/podway.ts';
import { ClosedLoopClients, percentile } from '../fixtures/load/closed-loop-clients.ts';
import { ManyConnections } from '../fixtures/load/many-connections.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import {
  kernelTcpBytes,
  metricsOf,
  openFilesLimit,
  maxSocketQueue,
  residentBytes,
  sumOf,
} from '../fixtures/load/readings.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';

/** 10,000, or fewer if the descriptor limit requires it: each reader holds two descriptors of the router. */
const READERS = Math.min(parameter('READERS', 10_000), Math.floor((openFilesLimit() - 200) / 2));
const SECONDS = parameter('SECONDS', 8);
/** Maximum memory of a slow reader in podway, in KiB. */
const EACH = parameter('EACH', 64);
/** Maximum latency of 99 % of the requests of a healthy client, in milliseconds. */
const P99 = parameter('P99', 100);
const SIZE = 10 * 2 ** 20;
/** Readers that start at the same time. Thousands at once would be overload, which another rig tests. */
const STEP = 100;
const STATUS = 'HTTP/1.1 200';

/** Bytes of a socket queue. Thousands of full queues that are larger need more memory than the kernel gives to all sockets. */
const QUEUE = 65_536;
const skip =
  maxSocketQueue() > QUEUE &&
  'full socket queues of this size exhaust the kernel: npm run rig -- slow-readers, as root';

test(`${READERS} slow readers of 10 MB cost ${EACH} KiB each, and other clients are barely affected (DF-04)`, {
  skip,
}, async (t) => {
  const body = Buffer.alloc(SIZE, 'x');
  using pod = await LoadPod.start((request, response) =>
    response.end(request.url === '/large' ? body : 'well'),
  );
  // Longer than it takes until the last reader has started.
  const env = { CLIENT_IDLE_TIMEOUT: '10m', UPSTREAM_IDLE_TIMEOUT: '10m' };
  await using podway = await startPodway({ manifests: { 'pod.json': pod.manifest }, env });
  await podway.until(200);
  using healthy = new ClosedLoopClients({ address: podway.address, port: podway.port, connections: 8 });
  await sleep(1_000);
  const before = residentBytes(podway.pid);
  using connections = new ManyConnections(podway);
  for (let left = READERS; left > 0; left -= STEP) await grow(connections, Math.min(left, STEP));
  const inFlight = sumOf(await metricsOf(podway), 'podway_exchanges_in_flight');
  assert.ok(inFlight >= READERS, `${inFlight} in flight`);
  // By then the kernel's queues are full, and podway has stopped reading from the pods.
  await sleep(SECONDS * 1_000);
  healthy.takeTally();
  await sleep(SECONDS * 1_000);
  const tally = healthy.takeTally();
  const each = (residentBytes(podway.pid) - before) / READERS / 1_024;
  const samples = await metricsOf(podway);
  const last = await healthy.stop();
  printFigures(t, {
    readers: READERS,
    'KiB each': each,
    'MB buffered': sumOf(samples, 'podway_buffered_bytes') / 2 ** 20,
    'MB resident': residentBytes(podway.pid) / 2 ** 20,
    'p99 ms': percentile(tally, 0.99),
    pauses: sumOf(samples, 'podway_buffer_pauses_total'),
    'readers ended': connections.closedCount,
    'MB of kernel memory for TCP': kernelTcpBytes() / 2 ** 20,
  });
  assert.deepEqual([...tally.failures, ...last.failures], []);
  assert.equal(connections.closedCount, 0);
  assert.ok(each <= EACH, `${each} KiB each`);
  assert.ok(percentile(tally, 0.99) <= P99, `p99 ${percentile(tally, 0.99)} ms`);
});

/** Adds this many readers. Each reads the first bytes of its response and nothing after them. */
async function grow(connections: ManyConnections, count: number): Promise<void> {
  const begun: Promise<string>[] = [];
  await connections.openMore(count, (socket) => {
    begun.push(once(socket, 'readable').then(() => String(socket.read(STATUS.length))));
    socket.write('GET /large HTTP/1.1\r\nHost: t.local\r\n\r\n');
  });
  for (const start of await Promise.all(begun)) assert.equal(start, STATUS);
}
