/** A rate limit is one limit for all workers, however the kernel distributes the connections to them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClosedLoopClients, succeeded, type Tally } from '../fixtures/load/closed-loop-clients.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';
import { metricsOf, sumOf } from '../fixtures/load/readings.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { startPodway } from '../process/podway.ts';

/** With 64 connections, one of four workers gets no connection once in 25 million runs. */
const CONNECTIONS = parameter('CONNECTIONS', 64);
const WORKERS = parameter('WORKERS', 4);
const SECONDS = parameter('SECONDS', 10);
const RATE = parameter('RATE', 1_000);
/** BURST of the option: requests of 100 ms. A pause of this process that is shorter loses no request. */
const BURST = parameter('BURST', 100);
/** Maximum deviation from the rate, in percent. */
const OFF = parameter('OFF', 1);

test(`rate=${RATE}/s holds for ${WORKERS} workers together (RA-03)`, async (t) => {
  using pod = await LoadPod.start();
  const paths = `/ rate=${RATE}/s burst=${BURST}`;
  const manifest = podManifest({ name: 'web', namespace: 'shop', hosts: 't.local', paths, port: pod.port });
  const env = { WORKERS: String(WORKERS), LOG_LEVEL: 'warn' };
  await using podway = await startPodway({ manifests: { 'pod.json': manifest }, env });
  await podway.until(200);
  const { address, port } = podway;
  using clients = new ClosedLoopClients({ address, port, connections: CONNECTIONS });
  // By then the burst is used up and all connections are open.
  await sleep(2_000);
  const before = clients.takeTally();
  await sleep(SECONDS * 1_000);
  const tally = await clients.stop();
  const passed = succeeded(tally);
  const limited = limitedOf(tally);
  const due = RATE * tally.seconds;
  const off = (passed / due - 1) * 100;
  printFigures(t, {
    passed,
    due,
    'percent off': off,
    limited,
    'requests per second': (passed + limited) / tally.seconds,
  });
  assert.deepEqual(
    [...tally.statuses.keys()].toSorted((a, b) => a - b),
    [200, 429],
  );
  const samples = await metricsOf(podway);
  assert.equal(
    sumOf(samples, 'podway_failures_total', /"rate-limited"/),
    limitedOf(before) + limited,
    'counted by its reason',
  );
  assert.equal(sumOf(samples, 'podway_rate_evictions_total'), 0);
  assert.ok(limited > passed, 'too few requests for a figure');
  assert.ok(Math.abs(off) <= OFF, `${off} %`);
});

function limitedOf({ statuses }: Tally): number {
  return statuses.get(429) ?? 0;
}
