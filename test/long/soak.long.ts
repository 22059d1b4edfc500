import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Podway, startPodway } from '../process/podway.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { ClosedLoopClients, succeeded } from '../fixtures/load/closed-loop-clients.ts';
import { ManyConnections } from '../fixtures/load/many-connections.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { metricsOf, openFiles, residentBytes, sumOf } from '../fixtures/load/readings.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';
import { podManifest } from '../fixtures/manifest.ts';

const MINUTES = parameter('MINUTES', 15);
/** Milliseconds between two changes of the cluster. */
const CHURN = parameter('CHURN', 20);
const HOSTS = 200;
/**
 * Maximum growth of the resident memory, in MB, from the first third of the run to its end. In the first third caches
 * and heaps reach their size.
 */
const GROWTH = parameter('GROWTH', 32);

/** A sample: megabytes and counts, and its time in hours. */
interface ResourceSample {
  readonly time: number;
  readonly resident: number;
  readonly workerHeap: number;
  readonly mainHeap: number;
  readonly files: number;
  /** Timers of the main thread. A worker has one timer (src/proxy/load/coarse-clock.ts), with a deadline for each client connection. */
  readonly timers: number;
}

async function takeSample(podway: Podway): Promise<ResourceSample> {
  const samples = await metricsOf(podway);
  return {
    time: performance.now() / 3_600_000,
    resident: residentBytes(podway.pid) / 2 ** 20,
    workerHeap: sumOf(samples, 'podway_worker_heap_used_bytes') / 2 ** 20,
    mainHeap: sumOf(samples, 'nodejs_heap_size_used_bytes') / 2 ** 20,
    files: openFiles(podway.pid),
    timers: sumOf(samples, 'nodejs_active_resources', /"Timeout"/),
  };
}

test(`${MINUTES} minutes of load, hostile clients and churn: memory, descriptors and timers stay flat`, async (t) => {
  await using api = await KubernetesApi.start();
  using pod = await LoadPod.start();
  api.apply(pod.manifest);
  await using podway = await startPodway({
    kubeconfig: JSON.parse(api.kubeconfig()),
    env: { LOG_LEVEL: 'error', ACCESS_LOG: 'off' },
    // The pod announces that it keeps idle connections open for a minute.
    timeout: 90_000,
  });
  await podway.until(200);
  const firstSample = await takeSample(podway);
  using clients = new ClosedLoopClients({ address: podway.address, port: podway.port, connections: 16 });
  const ends = performance.now() + MINUTES * 60_000;
  const resourceSamples: ResourceSample[] = [];
  let changes = 0;
  let hostileClients = 0;
  let answered = 0;
  const failures: string[] = [];
  const changePods = async (): Promise<void> => {
    for (; performance.now() < ends; changes += 1) {
      const host = `churn-${changes % HOSTS}.local`;
      const object = podManifest({
        name: `churn-${changes % HOSTS}`,
        hosts: host,
        paths: `/${changes}`,
        port: pod.port,
      });
      if (changes % 3 === 2) api.delete(object);
      else api.apply(object);
      await sleep(CHURN);
    }
  };
  /** A hostile client: it leaves within a head or within a response, or it requests unknown hosts. */
  const runHostileClients = async (): Promise<void> => {
    for (; performance.now() < ends; hostileClients += 40) {
      using connections = new ManyConnections(podway);
      await connections.openMore(40, (socket) => {
        const host = Math.random() < 0.5 ? 't.local' : `stranger-${Math.random()}.local`;
        const head = `GET /${Math.random()} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
        socket.write(Math.random() < 0.3 ? head.slice(0, 20) : head);
      });
      await sleep(200);
    }
  };
  const sampleResources = async (): Promise<void> => {
    while (performance.now() < ends) {
      await sleep(Math.max(1_000, MINUTES * 1_000));
      resourceSamples.push(await takeSample(podway));
      const tally = clients.takeTally();
      answered += succeeded(tally);
      failures.push(...tally.failures);
    }
  };
  await Promise.all([changePods(), runHostileClients(), sampleResources()]);
  const last = await clients.stop();
  answered += succeeded(last);
  failures.push(...last.failures);
  const settled = resourceSamples.slice(Math.floor(resourceSamples.length / 3));
  const third = Math.max(1, Math.floor(settled.length / 3));
  const grown = (key: keyof ResourceSample): number =>
    median(settled.slice(-third), key) - median(settled.slice(0, third), key);
  printFigures(t, {
    minutes: MINUTES,
    requests: answered,
    'changes of the cluster': changes,
    hostileClients,
    'MB resident at the start': median(settled.slice(0, third), 'resident'),
    'MB of growth until the end': grown('resident'),
    'MB of growth of the worker heap': grown('workerHeap'),
    'MB of growth of the main heap': grown('mainHeap'),
    'more files': grown('files'),
    'more timers': grown('timers'),
    'MB an hour': slope(settled, 'resident'),
    'MB an hour of worker heap': slope(settled, 'workerHeap'),
  });
  await podway.eventually(async () => {
    const samples = await metricsOf(podway);
    assert.equal(sumOf(samples, 'podway_downstream_connections'), 0);
    assert.equal(sumOf(samples, 'podway_request_held_bytes'), 0);
    assert.equal(sumOf(samples, 'podway_buffered_bytes'), 0);
    assert.equal(sumOf(samples, 'podway_upstream_connections'), 0);
    const { files, timers } = await takeSample(podway);
    assert.ok(files <= firstSample.files + 2, `${files} files, ${firstSample.files} at first`);
    assert.ok(timers <= firstSample.timers + 2, `${timers} timers, ${firstSample.timers} at first`);
  });
  assert.deepEqual(failures, []);
  assert.ok(grown('resident') <= GROWTH, `${grown('resident')} MB`);
  // Hostile clients connect and disconnect between two samples.
  assert.ok(grown('files') <= 100, `${grown('files')} files`);
  assert.ok(grown('timers') <= 10, `${grown('timers')} timers`);
});

/** Growth of a figure per hour, by least squares over the samples. */
function slope(resourceSamples: readonly ResourceSample[], key: keyof ResourceSample): number {
  const mean = (of: keyof ResourceSample): number =>
    resourceSamples.reduce((sum, it) => sum + it[of], 0) / resourceSamples.length;
  const [time, value] = [mean('time'), mean(key)];
  const both = resourceSamples.reduce((sum, it) => sum + (it.time - time) * (it[key] - value), 0);
  return both / resourceSamples.reduce((sum, it) => sum + (it.time - time) ** 2, 0);
}

function median(resourceSamples: readonly ResourceSample[], key: keyof ResourceSample): number {
  const sorted = resourceSamples.map((takeSample) => takeSample[key]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
