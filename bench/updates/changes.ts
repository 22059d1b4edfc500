import { setTimeout as delay } from 'node:timers/promises';
import type { KubernetesApi } from '../../test/fixtures/kubernetes-api.ts';
import { KeepAliveClient } from '../../test/fixtures/keep-alive-client.ts';
import { Pauses } from '../load/pauses.ts';
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
  /** Changes per second that the bench follows with requests until the new endpoint answers. */
  readonly measured: number;
}

export interface ChangesReport {
  readonly changes: number;
  /** Milliseconds from the change to the first answer of the new endpoint, of the followed changes, ascending. */
  readonly latencies: readonly number[];
  /** The same of the changes during which this thread, which is the API server, too, was never blocked; ascending. */
  readonly undisturbed: readonly number[];
  readonly requests: number;
  /** Requests that were not answered with 200, in words; the first few. */
  readonly failures: readonly string[];
  readonly failed: number;
  /** Followed changes whose new endpoint had not answered within the limit. */
  readonly late: number;
}

const TICK = 2;
/** A change that takes longer (milliseconds) is no longer followed. */
const PATIENCE = 10_000;
const KEPT_FAILURES = 5;
/** Milliseconds. */
const BEAT = 1;
const LONGEST_PAUSE = 5;

/** No address is used twice. */
let addresses = 0;

export function newAddress(): string {
  addresses += 1;
  return podAddress(addresses);
}

/** The annotation of a pod that may be followed: a host of its own in addition to the shared one. */
export function hostsOf(pod: number, hosts: number): string {
  return `${sharedHost(pod, hosts)} ${ownHost(pod)}`;
}

/** Moves pods to new addresses at a steady rate, and sends requests to each until the new address answers. */
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
  probe.stop();
  return { changes, ...probe.report() };
}

interface Moved {
  readonly host: string;
  readonly address: string;
  readonly at: number;
}

/** One pod after the other: a pod moves again only after all others have moved. */
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
  /** The stand-in of the API server and the clients share this thread. */
  readonly #pauses = new Pauses(performance.now(), LONGEST_PAUSE);
  readonly #beat = setInterval(() => this.#pauses.beat(performance.now()), BEAT);
  readonly #latencies: { readonly at: number; readonly took: number }[] = [];
  readonly #failures: string[] = [];
  #requests = 0;
  #failed = 0;
  #late = 0;

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
        if (status !== 200) throw new Error(`${host} ${status} ${body}`);
        if (body === address) this.#latencies.push({ at, took: now - at });
        else if (now - at > PATIENCE) this.#late += 1;
        else continue;
        break;
      }
    } catch (error) {
      this.#failed += 1;
      if (this.#failures.length < KEPT_FAILURES) this.#failures.push(String(error));
    }
    this.#idle.push(client);
  }

  stop(): void {
    clearInterval(this.#beat);
    for (const client of this.#idle) client.close();
  }

  report(): Omit<ChangesReport, 'changes'> {
    const sorted = this.#latencies.sort((a, b) => a.took - b.took);
    return {
      latencies: sorted.map(({ took }) => took),
      undisturbed: sorted
        .filter(({ at, took }) => !this.#pauses.between(at, at + took))
        .map(({ took }) => took),
      requests: this.#requests,
      failures: this.#failures,
      failed: this.#failed,
      late: this.#late,
    };
  }
}
