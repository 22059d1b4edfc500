import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPodway } from '../process/podway.ts';
import { ClosedLoopClients, succeeded } from '../fixtures/load/closed-loop-clients.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { metricsOf, sumOf } from '../fixtures/load/readings.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';

const CLIENTS = parameter('CLIENTS', 64);
/** Milliseconds from its start until the first worker throws an error. */
const CRASH = 3_000;

/** The worker leaves a mark before it throws: its replacement finds the mark and does not throw. */
const PROGRAM = `import { isMainThread, workerData } from 'node:worker_threads';
import { existsSync, writeFileSync } from 'node:fs';
const mark = process.env.HOME + '/crashed';
if (!isMainThread && workerData?.worker === 0 && !existsSync(mark)) {
  writeFileSync(mark, '');
  setTimeout(() => { throw new Error('boom'); }, ${CRASH});
}`;

test('a worker that crashes under load loses only its requests in flight, and is replaced within a second (PR-10)', async (t) => {
  using pod = await LoadPod.start();
  await using podway = await startPodway({
    manifests: { 'pod.json': pod.manifest },
    env: { WORKERS: '2', NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(PROGRAM)}` },
  });
  await podway.until(200);
  using clients = new ClosedLoopClients({ address: podway.address, port: podway.port, connections: CLIENTS });
  await podway.eventually(async () => assert.match(podway.stdout, /boom/));
  const crashed = performance.now();
  await podway.until(200);
  const back = performance.now() - crashed;
  await sleep(200);
  const tally = await clients.stop();
  const restarts = sumOf(await metricsOf(podway), 'podway_worker_restarts_total');
  const lost = tally.statuses.get(0) ?? 0;
  printFigures(t, { requests: succeeded(tally), lost, 'ms until both serve': back, restarts });
  assert.equal(restarts, 1);
  assert.equal(succeeded(tally) + lost, tally.latencies.length);
  assert.ok(lost <= CLIENTS, `${lost} lost`);
  assert.ok(back < 1_000, `${back} ms`);
});
