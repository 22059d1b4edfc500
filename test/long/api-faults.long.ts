import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPodway } from '../process/podway.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { metricsOf, sumOf } from '../fixtures/load/readings.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import { RequestLoad } from '../fixtures/request-load.ts';

const ROUNDS = parameter('ROUNDS', 3);
const REQUESTS = parameter('REQUESTS', 500);
/** Length of an outage of the API server, in milliseconds. */
const OUTAGE = parameter('OUTAGE', 2_000);

test(`API server outages, repeated 410 answers and watches that hang, ${ROUNDS} times each, fail no request`, async (t) => {
  await using api = await KubernetesApi.start();
  using pod = await LoadPod.start();
  api.apply(pod.manifest);
  api.apply(secretManifest('other', { 'api-key': 'secret' }));
  await using podway = await startPodway({
    kubeconfig: JSON.parse(api.kubeconfig()),
    env: { LOG_LEVEL: 'error', WATCH_IDLE_TIMEOUT: '1s' },
  });
  await podway.until(200);
  const { address, port } = podway;
  using load = new RequestLoad({
    address,
    port,
    connections: 32,
    perSecond: REQUESTS,
    host: () => 't.local',
  });
  load.start();
  const slowest: Record<string, number> = {};
  let news = 0;
  /** Waits until a change made now is routed. */
  const followed = async (after: string) => {
    news += 1;
    const host = `news-${news}.local`;
    api.apply(podManifest({ name: `news-${news}`, hosts: host, paths: '/', port: pod.port }));
    const began = performance.now();
    await podway.eventually(async () => assert.equal((await podway.get('/', { host })).status, 200));
    slowest[after] = Math.max(slowest[after] ?? 0, performance.now() - began);
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    await api.down();
    await sleep(OUTAGE);
    await api.up();
    await followed('an outage');
    for (let storm = 0; storm < 10; storm += 1) {
      api.compact();
      for (const resource of ['pods', 'secrets']) for (const watch of api.watches(resource)) watch.end();
      await sleep(20);
    }
    await followed('410s');
    for (const resource of ['pods', 'secrets']) {
      // The connection stays open, and nothing arrives.
      for (const watch of api.watches(resource)) watch.stop();
    }
    await followed('a watch that hangs');
  }
  const { requests, failed, failures } = await load.stop();
  const samples = await metricsOf(podway);
  const times = Object.entries(slowest).map(([after, took]) => [`ms to follow after ${after}`, took]);
  printFigures(t, {
    requests,
    failed,
    'lists and watches that failed': sumOf(samples, 'podway_source_failures_total'),
    ...(Object.fromEntries(times) as Record<string, number>),
  });
  assert.deepEqual(failures, []);
  assert.equal(failed, 0);
});
