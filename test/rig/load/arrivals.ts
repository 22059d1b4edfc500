import { KeepAliveClient } from '../keep-alive-client.ts';

export interface ArrivalsOptions {
  readonly address: string;
  readonly port: number;
  /** Connections at the same time; a request that finds none free is not sent, and counts as unsent. */
  readonly connections: number;
  /** Milliseconds after which an answer is of no use any more; its connection is not used before it has come. */
  readonly patience: number;
}

/** One stretch of time. */
export interface Stretch {
  /** Answered 200 in time. */
  good: number;
  /** Answered 503. */
  shed: number;
  /** Answered too late, otherwise, or not at all. */
  lost: number;
  unsent: number;
  /** Milliseconds, of the good ones. */
  slowest: number;
  /** Milliseconds that this process itself was late: more than a few tenths, and the figures are its own. */
  late: number;
}

const TICK = 5;

/** Requests that come at a rate of their own, whatever becomes of those before: strangers do not wait for each other. */
export class Arrivals implements Disposable {
  perSecond = 0;
  readonly #options: ArrivalsOptions;
  readonly #idle: KeepAliveClient[];
  readonly #clients: readonly KeepAliveClient[];
  readonly #timer: NodeJS.Timeout;
  #stretch: Stretch = nothing();
  #last = performance.now();
  #due = 0;

  constructor(options: ArrivalsOptions) {
    this.#options = options;
    const { port, address, connections } = options;
    this.#clients = Array.from({ length: connections }, () => new KeepAliveClient(port, address));
    this.#idle = [...this.#clients];
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  /** Every connection is used once, some at a time, so that none need be opened under load. */
  async connect(): Promise<void> {
    const clients = this.#idle.splice(0);
    for (let at = 0; at < clients.length; at += 50)
      await Promise.all(clients.slice(at, at + 50).map((client) => this.#ask(client)));
    this.take();
  }

  /** What ended since the last call. */
  take(): Stretch {
    const stretch = this.#stretch;
    this.#stretch = nothing();
    return stretch;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const client of this.#clients) client.close();
  }

  #tick(): void {
    const now = performance.now();
    this.#due += ((now - this.#last) / 1_000) * this.perSecond;
    this.#stretch.late = Math.max(this.#stretch.late, now - this.#last - TICK);
    this.#last = now;
    for (; this.#due >= 1; this.#due -= 1) {
      const client = this.#idle.shift();
      if (client === undefined) this.#stretch.unsent += 1;
      else void this.#ask(client);
    }
  }

  async #ask(client: KeepAliveClient): Promise<void> {
    const began = performance.now();
    const status = await client.get('t.local').then(
      (answer) => answer.status,
      () => 0,
    );
    this.#idle.push(client);
    const stretch = this.#stretch;
    const took = performance.now() - began;
    if (status === 503) stretch.shed += 1;
    else if (status !== 200 || took > this.#options.patience) stretch.lost += 1;
    else {
      stretch.good += 1;
      stretch.slowest = Math.max(stretch.slowest, took);
    }
  }
}

function nothing(): Stretch {
  return { good: 0, shed: 0, lost: 0, unsent: 0, slowest: 0, late: 0 };
}
