// A thread with the API server and its cluster, whose pods move. When this thread is blocked, it sends changes later, which
// does not affect the measured times.
import { nextTick } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { collectGarbage } from '../../test/fixtures/collect-garbage.ts';
import { KubernetesApi } from '../../test/fixtures/kubernetes-api.ts';
import type { ChangeOptions, ClusterOptions, ClusterMessage } from './cluster.ts';
import { benchPod, hostsOf, ownHost, podAddress } from './pods.ts';
import { sharedMilliseconds } from './shared-clock.ts';

const TICK = 2;

const { pods, hosts } = workerData as ClusterOptions;
const api = await KubernetesApi.start();
const send = (message: ClusterMessage): void => parentPort?.postMessage(message);

/** Number of addresses that were used; each is used once. */
let addresses = 0;

function newAddress(): string {
  addresses += 1;
  return podAddress(addresses);
}

/** Moves one pod after the other. A pod moves again only after all others have. */
function move(change: number, isFollowed: boolean): void {
  const pod = change % pods;
  const address = newAddress();
  api.apply(benchPod(pod, hostsOf(pod, hosts), address));
  // Node sends what is written in this turn in the first ticks after it.
  if (isFollowed)
    nextTick(() => send({ type: 'sent', host: ownHost(pod), address, at: sharedMilliseconds() }));
}

/** Moves pods at a steady rate. */
async function makeChanges({ rate, seconds, every }: ChangeOptions): Promise<void> {
  collectGarbage();
  const total = rate * seconds;
  const started = performance.now();
  let changes = 0;
  while (changes < total) {
    await delay(TICK);
    const due = Math.min(total, ((performance.now() - started) / 1_000) * rate);
    for (; changes < due; changes += 1) move(changes, changes % every === 0);
  }
  send({ type: 'made', changes });
}

for (let pod = 0; pod < pods; pod += 1) api.apply(benchPod(pod, hostsOf(pod, hosts), newAddress()));
parentPort?.on('message', (options: ChangeOptions) => void makeChanges(options));
send({ type: 'started', kubeconfig: api.kubeconfig() });
