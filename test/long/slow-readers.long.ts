import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPodway } from '../process/podway.ts';
import { BusyClients, percentile } from '../rig/load/clients.ts';
import { Crowd } from '../rig/load/crowd.ts';
import { parameter, tell } from '../rig/load/figures.ts';
import { metricsOf, residentBytes, total } from '../rig/load/look.ts';
import { LoadPod } from '../rig/load/pod.ts';

const READERS = parameter('READERS', 4_000);
const SECONDS = parameter('SECONDS', 8);
/** KiB of the router's memory for each reader. */
const EACH = parameter('EACH', 64);
/** Milliseconds: 99 of 100 requests of a healthy client are faster. */
const P99 = parameter('P99', 100);
const SIZE = 10 * 2 ** 20;

test(`DF-04: ${READERS} slow readers of 10 MB cost ${EACH} KiB each, and others hardly notice`, async (t) => {
  const body = Buffer.alloc(SIZE, 'x');
  using pod = await LoadPod.start((request, response) =>
    response.end(request.url === '/large' ? body : 'well'),
  );
  await using podway = await startPodway({ manifests: { 'pod.json': pod.manifest } });
  await podway.until(200);
  using healthy = new BusyClients({ address: podway.address, port: podway.port, connections: 8 });
  await sleep(1_000);
  const before = residentBytes(podway.pid);
  using crowd = new Crowd(podway);
  await crowd.grow(READERS, (socket) => {
    // The first bytes are read, the others never.
    socket.once('readable', () => undefined);
    socket.write('GET /large HTTP/1.1\r\nHost: t.local\r\n\r\n');
  });
  await podway.eventually(async () => {
    const samples = await metricsOf(podway);
    assert.ok(total(samples, 'podway_exchanges_in_flight') >= READERS);
  });
  // Until the kernel's queues are full, and the pods held back.
  await sleep(SECONDS * 1_000);
  healthy.take();
  await sleep(SECONDS * 1_000);
  const tally = healthy.take();
  const each = (residentBytes(podway.pid) - before) / READERS / 1_024;
  const samples = await metricsOf(podway);
  const last = await healthy.stop();
  tell(t, {
    readers: READERS,
    'KiB each': each,
    'MB buffered': total(samples, 'podway_buffered_bytes') / 2 ** 20,
    'MB resident': residentBytes(podway.pid) / 2 ** 20,
    'p99 ms': percentile(tally, 0.99),
    pauses: total(samples, 'podway_buffer_pauses_total'),
    'readers ended': crowd.ended,
  });
  assert.deepEqual([...tally.failures, ...last.failures], []);
  assert.equal(crowd.ended, 0);
  assert.ok(each <= EACH, `${each} KiB each`);
  assert.ok(percentile(tally, 0.99) <= P99, `p99 ${percentile(tally, 0.99)} ms`);
});
