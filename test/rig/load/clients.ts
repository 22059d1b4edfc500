import { KeepAliveClient } from '../keep-alive-client.ts';

const HOST = 't.local';

export interface Tally {
  /** By status; 0: the connection broke. */
  readonly statuses: ReadonlyMap<number, number>;
  /** The first few that were not 200. */
  readonly failures: readonly string[];
  /** Milliseconds, ascending. */
  readonly latencies: readonly number[];
  readonly seconds: number;
}

export interface ClientsOptions {
  readonly address: string;
  readonly port: number;
  readonly connections: number;
  readonly path?: string;
}

/** Clients that ask again as soon as they are answered, on a keep-alive connection each. */
export class BusyClients implements Disposable {
  readonly #options: ClientsOptions;
  readonly #clients: KeepAliveClient[];
  readonly #running: Promise<void>[];
  #statuses = new Map<number, number>();
  #failures: string[] = [];
  #latencies: number[] = [];
  #since = performance.now();
  #stopped = false;

  constructor(options: ClientsOptions) {
    this.#options = options;
    const { address, port, connections } = options;
    this.#clients = Array.from({ length: connections }, () => new KeepAliveClient(port, address));
    this.#running = this.#clients.map((client) => this.#loop(client));
  }

  /** What happened since the last call. */
  take(): Tally {
    const now = performance.now();
    const seconds = (now - this.#since) / 1_000;
    const tally = {
      statuses: this.#statuses,
      failures: this.#failures,
      latencies: this.#latencies.sort((a, b) => a - b),
      seconds,
    };
    this.#since = now;
    this.#statuses = new Map();
    this.#failures = [];
    this.#latencies = [];
    return tally;
  }

  async stop(): Promise<Tally> {
    this.#stopped = true;
    await Promise.all(this.#running);
    this[Symbol.dispose]();
    return this.take();
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    for (const client of this.#clients) client.close();
  }

  async #loop(client: KeepAliveClient): Promise<void> {
    while (!this.#stopped) {
      const began = performance.now();
      const answer = await client
        .get(HOST, this.#options.path)
        .catch((error: unknown) => ({ status: 0, body: String(error) }));
      this.#latencies.push(performance.now() - began);
      this.#statuses.set(answer.status, (this.#statuses.get(answer.status) ?? 0) + 1);
      if (answer.status !== 200 && this.#failures.length < 5)
        this.#failures.push(`${answer.status} ${answer.body.trim()}`);
    }
  }
}

export function good(tally: Tally): number {
  return tally.statuses.get(200) ?? 0;
}

/** The latency that this share of all stayed below; milliseconds. */
export function percentile({ latencies }: Tally, share: number): number {
  return latencies[Math.min(Math.floor(latencies.length * share), latencies.length - 1)] ?? Number.NaN;
}
