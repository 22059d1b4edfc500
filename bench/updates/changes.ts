import { setTimeout as delay } from 'node:timers/promises';
import type { KubernetesApi } from '../../test/rig/kubernetes-api.ts';
import { KeepAliveClient } from '../../test/rig/keep-alive-client.ts';
import { benchPod, ownHost, podAddress, sharedHost } from './pods.ts';

export interface ChangesOptions {
  readonly api: KubernetesApi;
  readonly address: string;
  readonly port: number;
  readonly pods: number;
  readonly hosts: number;
  /** Changes per second. */
  readonly rate: number;
  readonly seconds: number;
  /** Of these, how many per second are followed by requests until the new endpoint answers. */
  readonly measured: number;
}

export interface ChangesReport {
  readonly changes: number;
  /** Milliseconds from the change to the first answer of the new endpoint, of the measured ones, ascending. */
  readonly latencies: readonly number[];
  readonly requests: number;
  readonly failed: number;
}

const TICK = 2;
/** A change that takes longer (milliseconds) counts as failed. */
const PATIENCE = 10_000;

/** Addresses are never used twice. */
let addresses = 0;

export function newAddress(): string {
  addresses += 1;
  return podAddress(addresses);
}

/** What a pod that may be followed asks for: a host of its own beside the shared one. */
export function hostsOf(pod: number, hosts: number): string {
  return `${sharedHost(pod, hosts)} ${ownHost(pod)}`;
}

/** Moves pods to new addresses at a steady rate and asks them who they are until it is the new one that answers. */
export async function makeChanges(options: ChangesOptions): Promise<ChangesReport> {
  const { rate, seconds, measured } = options;
  const total = rate * seconds;
  const every = Math.max(1, Math.round(rate / measured));
  const probe = new Probe(options);
  const probes: Promise<void>[] = [];
  const started = performance.now();
  let changes = 0;
  while (changes < total) {
    await delay(TICK);
    const due = Math.min(total, ((performance.now() - started) / 1_000) * rate);
    for (; changes < due; changes += 1) {
      const moved = move(options, changes);
      if (changes % every === 0) probes.push(probe.follow(moved));
    }
  }
  await Promise.all(probes);
  return { changes, ...probe.report() };
}

interface Moved {
  readonly host: string;
  readonly address: string;
  readonly at: number;
}

/** One pod after the other: each is moved again only after all others were. */
function move({ api, pods, hosts }: ChangesOptions, change: number): Moved {
  const pod = change % pods;
  const address = newAddress();
  const manifest = benchPod(pod, hostsOf(pod, hosts), address);
  const at = performance.now();
  api.apply(manifest);
  return { host: ownHost(pod), address, at };
}

class Probe {
  readonly #options: ChangesOptions;
  readonly #idle: KeepAliveClient[] = [];
  readonly #latencies: number[] = [];
  #requests = 0;
  #failed = 0;

  constructor(options: ChangesOptions) {
    this.#options = options;
  }

  async follow({ host, address, at }: Moved): Promise<void> {
    const { port, address: router } = this.#options;
    const client = this.#idle.pop() ?? new KeepAliveClient(port, router);
    try {
      for (;;) {
        this.#requests += 1;
        const { status, body } = await client.get(host);
        const now = performance.now();
        if (status !== 200 || now - at > PATIENCE) throw new Error(`${host} ${status} ${body}`);
        if (body !== address) continue;
        this.#latencies.push(now - at);
        break;
      }
    } catch {
      this.#failed += 1;
    }
    this.#idle.push(client);
  }

  report(): Omit<ChangesReport, 'changes'> {
    for (const client of this.#idle) client.close();
    const latencies = this.#latencies.sort((a, b) => a - b);
    return { latencies, requests: this.#requests, failed: this.#failed };
  }
}
