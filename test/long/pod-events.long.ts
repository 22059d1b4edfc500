import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { coreTime } from '../../bench/harness/core-time.ts';
import { quantileBound, readFigures, since } from '../../bench/updates/figures.ts';
import { startPodway } from '../process/podway.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { RequestLoad } from '../fixtures/request-load.ts';

const SECONDS = parameter('SECONDS', 60);
const EVENTS = parameter('EVENTS', 1_000);
const REQUESTS = parameter('REQUESTS', 1_000);
/** Milliseconds: 99 % of the changes must be live, and 99 % of the timers of a worker must have run, with at most this delay. */
const UPDATE = parameter('UPDATE', 10);
const LATE = parameter('LATE', 10);
/** If podway waits for a core for more than this share of the time, the measurement does not show its capacity. */
const BUSY = 0.15;
const PODS = 500;
/** Milliseconds between two bursts of events. */
const STEP = 10;

test(`${EVENTS} pod events and ${REQUESTS} requests a second for ${SECONDS} s (K8-36)`, async (t) => {
  await using api = await KubernetesApi.start({ window: 100_000 });
  using pod = await LoadPod.start();
  api.apply(pod.manifest);
  const event = (count: number) =>
    api.apply(
      podManifest({
        name: `moving-${count % PODS}`,
        hosts: `h${count % 50}.local`,
        paths: '/',
        port: 8080,
        address: `127.1.${(count >> 8) & 0xff}.${count & 0xff}`,
      }),
    );
  for (let count = 0; count < PODS; count += 1) event(count);
  await using podway = await startPodway({
    kubeconfig: JSON.parse(api.kubeconfig()),
    env: { LOG_LEVEL: 'error' },
  });
  await podway.until(200);
  const { address, port } = podway;
  using load = new RequestLoad({
    address,
    port,
    connections: 64,
    perSecond: REQUESTS,
    host: () => 't.local',
  });
  load.start();
  await sleep(1_000);
  const before = await readFigures(podway);
  const cores = coreTime(podway.pid);
  const began = performance.now();
  let made = 0;
  while (performance.now() - began < SECONDS * 1_000) {
    const due = ((performance.now() - began) / 1_000) * EVENTS;
    for (; made < due; made += 1) event(made);
    await sleep(STEP);
  }
  const after = await readFigures(podway);
  const { ran, waited } = coreTime(podway.pid);
  const waiting = (waited - cores.waited) / (ran - cores.ran + waited - cores.waited);
  const { requests, failed, failures } = await load.stop();
  const propagated = since(before.propagated, after.propagated);
  const update = quantileBound(propagated, 0.99);
  printFigures(t, {
    events: made,
    requests,
    failed,
    'deltas published': propagated.count,
    '99 % live within ms': update,
    'worker loop delay p99 ms': after.loopDelay.p99,
    '% of its time waiting for a core': waiting * 100,
  });
  assert.deepEqual(failures, []);
  assert.equal(failed, 0);
  if (waiting > BUSY) {
    t.diagnostic('the machine was busy with other work: its times do not describe podway');
    return;
  }
  assert.ok(update <= UPDATE, `${update} ms`);
  assert.ok(after.loopDelay.p99 < LATE, `${after.loopDelay.p99} ms`);
});
