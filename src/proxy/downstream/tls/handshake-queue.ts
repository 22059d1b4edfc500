import { ConnectionQueue, type Place } from '../connection-queue.ts';

/** Handshakes begun in one turn of the event loop: 1.6 ms of signatures with P-256, 10 ms with RSA of 4,096 bits. */
const PER_TURN = 4;
/** Milliseconds that a client gets for its part of the handshake although others wait. */
const SPARED = 1_000;

/** A client's handshake whose first bytes are here. */
export interface Queued {
  readonly turn: Place<Queued>;
  /** When it was begun, on the worker's clock. */
  readonly begunAt: number;
  begin(): void;
  /** It ends for the others. */
  shed(): void;
}

/**
 * The handshakes of one worker: so many are under way at the same time, and a few begin in each turn of the event loop. A
 * thousand clients that come at once hold up requests of other clients for a turn of ordinary length, again and again, and not
 * once for half a second.
 */
export class HandshakeQueue {
  readonly #waiting = new ConnectionQueue<Queued>();
  readonly #begun = new ConnectionQueue<Queued>();
  readonly #clock: { readonly now: number };
  readonly #most: number;
  #scheduled = false;

  constructor(clock: { readonly now: number }, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  get size(): number {
    return this.#waiting.size + this.#begun.size;
  }

  /** It begins soon, unless it is one too many. It leaves its place itself. */
  join(handshake: Queued): void {
    if (this.size >= this.#most && !this.#endOldest()) {
      handshake.shed();
      return;
    }
    this.#waiting.append(handshake.turn);
    this.#schedule();
  }

  /** One that waits for its client makes room. Those that wait for us are work that was accepted. */
  #endOldest(): boolean {
    const oldest = this.#begun.first?.owner;
    if (oldest === undefined || this.#clock.now - oldest.begunAt < SPARED) return false;
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
    for (let count = 0; count < PER_TURN; count += 1) {
      const next = this.#waiting.first?.owner;
      if (next === undefined) return;
      this.#begun.append(next.turn);
      next.begin();
    }
    this.#schedule();
  }
}
