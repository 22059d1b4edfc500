import { ConnectionQueue, type Place } from '../connection-queue.ts';

/** Handshakes begun in one turn of the event loop: 1.6 ms of signatures with P-256, 10 ms with RSA of 4,096 bits. */
const HANDSHAKES_PER_TURN = 4;
/** Milliseconds that a client has for its part of the handshake although others wait. */
const MIN_HANDSHAKE_TIME = 1_000;

/** A client's handshake after its first bytes have come. */
export interface Queued {
  readonly queuePlace: Place<Queued>;
  /** When it began, on the worker's clock. */
  readonly startedAt: number;
  start(): void;
  /** Ends the handshake to make room for others. */
  shed(): void;
}

/**
 * The handshakes of one worker. It limits how many are under way at the same time, and begins a few in each turn of the
 * event loop. A thousand clients that connect at once then delay the requests of other clients by several turns of
 * ordinary length, and not once by half a second.
 */
export class HandshakeQueue {
  readonly #waiting = new ConnectionQueue<Queued>();
  readonly #started = new ConnectionQueue<Queued>();
  readonly #clock: { readonly now: number };
  readonly #max: number;
  #scheduled = false;

  constructor(clock: { readonly now: number }, max: number) {
    this.#clock = clock;
    this.#max = max;
  }

  get size(): number {
    return this.#waiting.size + this.#started.size;
  }

  /** Begins the handshake soon, or sheds it if there are too many. The handshake itself leaves the queue. */
  join(handshake: Queued): void {
    if (this.size >= this.#max && !this.#endOldest()) {
      handshake.shed();
      return;
    }
    this.#waiting.append(handshake.queuePlace);
    this.#schedule();
  }

  /**
   * Ends the oldest handshake that waits for its client. podway has accepted those that wait for podway, and keeps
   * them.
   */
  #endOldest(): boolean {
    const oldest = this.#started.first?.owner;
    if (oldest === undefined || this.#clock.now - oldest.startedAt < MIN_HANDSHAKE_TIME) return false;
    oldest.shed();
    return true;
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.size === 0) return;
    this.#scheduled = true;
    setImmediate(() => this.#run());
  }

  #run(): void {
    this.#scheduled = false;
    for (let count = 0; count < HANDSHAKES_PER_TURN; count += 1) {
      const next = this.#waiting.first?.owner;
      if (next === undefined) return;
      this.#started.append(next.queuePlace);
      next.start();
    }
    this.#schedule();
  }
}
