import { KeepAliveClient } from './keep-alive-client.ts';

export interface RequestLoadOptions {
  readonly address: string;
  readonly port: number;
  readonly connections: number;
  readonly perSecond: number;
  /** Host of the nth request. */
  readonly host: (index: number) => string;
}

export interface LoadReport {
  readonly requests: number;
  readonly failed: number;
  /** The first few, in words. */
  readonly failures: readonly string[];
}

const TICK = 5;
const KEPT_FAILURES = 10;

/** Requests at a steady rate, whatever becomes of them. Anything but a 200 is a failure. */
export class RequestLoad implements Disposable {
  readonly #options: RequestLoadOptions;
  readonly #clients: KeepAliveClient[];
  readonly #idle: KeepAliveClient[];
  readonly #running = new Set<Promise<void>>();
  readonly #failures: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #last = 0;
  #due = 0;
  #requests = 0;
  #failed = 0;

  constructor(options: RequestLoadOptions) {
    this.#options = options;
    const { connections, port, address } = options;
    this.#clients = Array.from({ length: connections }, () => new KeepAliveClient(port, address));
    this.#idle = [...this.#clients];
  }

  get report(): LoadReport {
    return { requests: this.#requests, failed: this.#failed, failures: this.#failures };
  }

  start(): void {
    this.#last = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  /** Resolves when the last request has been answered. */
  async stop(): Promise<LoadReport> {
    clearInterval(this.#timer);
    await Promise.all(this.#running);
    for (const client of this.#clients) client.close();
    return this.report;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const client of this.#clients) client.close();
  }

  #tick(): void {
    const now = performance.now();
    const { perSecond } = this.#options;
    // A pause of this process is not made up for by a burst of more than a tenth of a second.
    this.#due = Math.min(this.#due + ((now - this.#last) / 1_000) * perSecond, perSecond / 10 + 1);
    this.#last = now;
    for (; this.#due >= 1; this.#due -= 1) {
      // In turn: one that is never used would be closed as idle just when it is.
      const client = this.#idle.shift();
      if (client === undefined) return;
      const running = this.#request(client).finally(() => {
        this.#running.delete(running);
        this.#idle.push(client);
      });
      this.#running.add(running);
    }
  }

  async #request(client: KeepAliveClient): Promise<void> {
    this.#requests += 1;
    const host = this.#options.host(this.#requests);
    try {
      const { status, body } = await client.get(host);
      if (status !== 200) this.#fail(`${host}: ${status} ${body.trim()}`);
    } catch (error) {
      this.#fail(`${host}: ${String(error)}`);
    }
  }

  #fail(failure: string): void {
    this.#failed += 1;
    if (this.#failures.length < KEPT_FAILURES) this.#failures.push(failure);
  }
}
