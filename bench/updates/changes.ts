import { KeepAliveClient } from '../../test/fixtures/keep-alive-client.ts';
import { Pauses } from '../load/pauses.ts';
import type { Cluster, PodMove } from './cluster.ts';
import { sharedMilliseconds } from './shared-clock.ts';

export interface ChangesOptions {
  readonly cluster: Cluster;
  readonly address: string;
  readonly port: number;
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
  /** The same for changes during which this thread, which has all measured clients, was never blocked; ascending. */
  readonly undisturbed: readonly number[];
  readonly requests: number;
  /** Descriptions of the first requests that did not get 200. */
  readonly failures: readonly string[];
  readonly failed: number;
  /** Followed changes whose new endpoint had not answered within the limit. */
  readonly late: number;
}

/** A change that takes longer (milliseconds) is no longer followed. */
const PROBE_TIMEOUT = 10_000;
const MAX_FAILURES = 5;
/** Milliseconds between two beats. The thread was blocked if they are further apart than LONGEST_PAUSE. */
const TICK = 1;
const LONGEST_PAUSE = 5;

/** Moves pods to new addresses at a steady rate, and sends requests to each until the new address answers. */
export async function makeChanges(options: ChangesOptions): Promise<ChangesReport> {
  const { cluster, rate, seconds, measured } = options;
  const every = Math.max(1, Math.round(rate / measured));
  const probe = new Probe(options);
  const probes: Promise<void>[] = [];
  const changes = await cluster.change({ rate, seconds, every }, (moved) => probes.push(probe.follow(moved)));
  await Promise.all(probes);
  probe.stop();
  return { changes, ...probe.report() };
}

class Probe {
  readonly #options: ChangesOptions;
  readonly #idle: KeepAliveClient[] = [];
  readonly #pauses = new Pauses(sharedMilliseconds(), LONGEST_PAUSE);
  readonly #ticks = setInterval(() => this.#pauses.tick(sharedMilliseconds()), TICK);
  readonly #latencies: { readonly at: number; readonly took: number }[] = [];
  readonly #failures: string[] = [];
  #requests = 0;
  #failed = 0;
  #late = 0;

  constructor(options: ChangesOptions) {
    this.#options = options;
  }

  async follow({ host, address, at }: PodMove): Promise<void> {
    const { port, address: router } = this.#options;
    const client = this.#idle.pop() ?? new KeepAliveClient(port, router);
    try {
      for (;;) {
        this.#requests += 1;
        const { status, body } = await client.get(host);
        const now = sharedMilliseconds();
        if (status !== 200) throw new Error(`${host} ${status} ${body}`);
        if (body === address) this.#latencies.push({ at, took: now - at });
        else if (now - at > PROBE_TIMEOUT) this.#late += 1;
        else continue;
        break;
      }
    } catch (error) {
      this.#failed += 1;
      if (this.#failures.length < MAX_FAILURES) this.#failures.push(String(error));
    }
    this.#idle.push(client);
  }

  stop(): void {
    clearInterval(this.#ticks);
    for (const client of this.#idle) client.close();
  }

  report(): Omit<ChangesReport, 'changes'> {
    const sorted = this.#latencies.sort((a, b) => a.took - b.took);
    return {
      latencies: sorted.map(({ took }) => took),
      undisturbed: sorted
        .filter(({ at, took }) => !this.#pauses.overlaps(at, at + took))
        .map(({ took }) => took),
      requests: this.#requests,
      failures: this.#failures,
      failed: this.#failed,
      late: this.#late,
    };
  }
}
