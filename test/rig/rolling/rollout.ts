import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { type Podway, startPodway } from '../../process/podway.ts';
import { KubernetesApi } from '../kubernetes-api.ts';
import { type LoadReport, RequestLoad } from '../request-load.ts';
import { FleetPod } from './fleet-pod.ts';
import { Sockets, type SocketsReport } from './sockets.ts';

export interface RolloutOptions {
  /** Pods of the route that are replaced; two more stay all the time. */
  readonly pods: number;
  /** How often each of them is replaced. */
  readonly rounds: number;
  /** Pods replaced at the same time. */
  readonly batch: number;
  /** Requests per second. */
  readonly perSecond: number;
  readonly sockets: number;
  /** Milliseconds between two replacements in which all is quiet but the load; default: none. */
  readonly hold?: number;
  readonly workers?: number;
  /**
   * A pod ends in the moment it is told to, before the router can have heard of it. The GETs that it closes then without an
   * answer, on fresh connections too, go to another pod.
   */
  readonly withoutNotice?: boolean;
}

export interface RolloutReport {
  readonly replaced: number;
  /** How long the load went on. */
  readonly seconds: number;
  readonly load: LoadReport;
  readonly sockets: SocketsReport;
}

const HOST = 'shop.local';
const STAYING = 2;

/**
 * Replaces every pod of a route, some at a time, while requests and WebSockets go on: a new one comes up, is not Ready,
 * becomes Ready, serves; then an old one is told to end and refuses connections as soon as the router knows. Meanwhile a
 * pod that stays loses its readiness and gets it back.
 */
export async function rollOut(options: RolloutOptions): Promise<RolloutReport> {
  await using api = await KubernetesApi.start();
  using fleet = new Fleet(api);
  const stays = await fleet.grow(STAYING);
  let current = await fleet.grow(options.pods);
  await using podway = await startPodway({
    kubeconfig: JSON.parse(api.kubeconfig()),
    env: { LOG_LEVEL: 'warn', WORKERS: String(options.workers ?? 1) },
    patience: 60_000,
  });
  await podway.until(200);
  const { address, port } = podway;
  const { perSecond, sockets: count } = options;
  const load = new RequestLoad({ address, port, perSecond, connections: 64, host: () => HOST });
  load.start();
  const started = performance.now();
  const leaving = (name: string): boolean => fleet.leaving(name);
  const sockets = new Sockets({ url: `ws://${address}:${port}/`, host: HOST, count, leaving });
  let replaced = 0;
  for (let round = 0; round < options.rounds; round += 1) {
    const old = current;
    current = [];
    for (let at = 0; at < old.length; at += options.batch) {
      const batch = old.slice(at, at + options.batch);
      current.push(...(await fleet.grow(batch.length)));
      const flapping = stays[round % stays.length];
      if (flapping !== undefined) api.apply(flapping.manifest('unready'));
      await Promise.all(current.map((pod) => pod.reached));
      const told = options.withoutNotice === true ? undefined : knows(podway, batch);
      await fleet.shrink(batch, told);
      if (flapping !== undefined) api.apply(flapping.manifest('ready'));
      replaced += batch.length;
      await delay(options.hold ?? 0);
    }
  }
  const seconds = (performance.now() - started) / 1_000;
  return { replaced, seconds, sockets: await sockets.stop(), load: await load.stop() };
}

interface RoutesPage {
  readonly revision: number;
  readonly workers: readonly { readonly applied: number }[];
  readonly routes: readonly {
    readonly endpoints: readonly { readonly pod: string; readonly condition: string }[];
  }[];
}

/** Resolves when every worker has a table in which none of the pods is ready. */
function knows(podway: Podway, pods: readonly FleetPod[]): () => Promise<void> {
  const names = new Set(pods.map((pod) => pod.name));
  return () =>
    podway.eventually(async () => {
      const { revision, workers, routes } = JSON.parse((await podway.admin('/routes')).body) as RoutesPage;
      const endpoints = routes.flatMap((route) => route.endpoints);
      assert.ok(!endpoints.some(({ pod, condition }) => names.has(pod) && condition === 'ready'));
      assert.ok(workers.every(({ applied }) => applied === revision));
    });
}

/** Every pod there is or was, and its object. */
class Fleet {
  readonly #api: KubernetesApi;
  readonly #pods = new Map<string, FleetPod>();

  constructor(api: KubernetesApi) {
    this.#api = api;
  }

  async grow(count: number): Promise<FleetPod[]> {
    const grown: FleetPod[] = [];
    for (let n = 0; n < count; n += 1) {
      const id = this.#pods.size + 1;
      const pod = await FleetPod.start(`shop-${id}`, `127.60.${id >> 8}.${id & 255}`, HOST);
      this.#pods.set(pod.name, pod);
      this.#api.apply(pod.manifest('unready'));
      this.#api.apply(pod.manifest('ready'));
      grown.push(pod);
    }
    return grown;
  }

  /** `told` resolves when the pods may refuse connections; undefined: at once. */
  async shrink(pods: readonly FleetPod[], told: (() => Promise<void>) | undefined): Promise<void> {
    for (const pod of pods) this.#api.apply(pod.manifest('terminating'));
    await told?.();
    await Promise.all(pods.map((pod) => pod.leave()));
    for (const pod of pods) this.#api.delete(pod.manifest('terminating'));
  }

  leaving(name: string): boolean {
    return this.#pods.get(name)?.leaving ?? false;
  }

  [Symbol.dispose](): void {
    for (const pod of this.#pods.values()) pod.kill();
  }
}
