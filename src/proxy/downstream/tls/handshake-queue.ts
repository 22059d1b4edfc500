import type { HandshakeFailure } from '../../../boundary/handshakes.ts';
import { ConnectionQueue, type Place } from '../connection-queue.ts';

/** Handshakes begun in one turn of the event loop: 1.6 ms of signatures with P-256, 10 ms with RSA of 4,096 bits. */
const HANDSHAKES_PER_TURN = 4;
/** Milliseconds that a client has for its part of the handshake although others wait. */
const MIN_HANDSHAKE_TIME = 1_000;

/** A client's handshake after its first bytes have come. */
export interface Queued {
  readonly queuePlace: Place<Queued>;
  /** Its place among the handshakes of its client. */
  readonly clientPlace: Place<Queued>;
  /** The client, see `clientNetwork`. Undefined for a trusted peer, whose connections are those of many clients. */
  readonly network: string | undefined;
  /** When it began, on the worker's clock. */
  readonly startedAt: number;
  start(): void;
  /** Ends the handshake to make room for others: it leaves the queue. */
  shed(reason: HandshakeFailure): void;
}

/** TLS_HANDSHAKES, and the percentage of it that one client may use; 100: all. */
export interface HandshakeLimit {
  readonly limit: number;
  readonly share: number;
}

/**
 * The handshakes of one worker. It limits how many are under way at the same time, in all and of one client, and begins
 * a few in each turn of the event loop. A thousand clients that connect at once then delay the requests of other clients
 * by several turns of ordinary length, and not once by half a second.
 */
export class HandshakeQueue {
  readonly #waiting = new ConnectionQueue<Queued>();
  readonly #started = new ConnectionQueue<Queued>();
  /** The handshakes of each client, the oldest first. A count of its own costs little beside a handshake. */
  readonly #clients = new Map<string, ConnectionQueue<Queued>>();
  readonly #clock: { readonly now: number };
  readonly #max: number;
  readonly #maxOfClient: number;
  #scheduled = false;

  constructor(clock: { readonly now: number }, { limit, share }: HandshakeLimit) {
    this.#clock = clock;
    this.#max = limit;
    this.#maxOfClient = share === 100 ? Number.POSITIVE_INFINITY : Math.ceil((limit * share) / 100);
  }

  get size(): number {
    return this.#waiting.size + this.#started.size;
  }

  /** Begins the handshake soon, or sheds it if there are too many. The handshake calls `leave` when it has ended. */
  join(handshake: Queued): void {
    const refusal = this.#makeRoom(handshake);
    if (refusal !== undefined) {
      handshake.shed(refusal);
      return;
    }
    this.#waiting.append(handshake.queuePlace);
    this.#appendToClient(handshake);
    this.#schedule();
  }

  /** The handshake may be in the queue or not. */
  leave({ queuePlace, clientPlace, network }: Queued): void {
    queuePlace.leave();
    clientPlace.leave();
    if (network !== undefined && this.#clients.get(network)?.size === 0) this.#clients.delete(network);
  }

  #appendToClient({ network, clientPlace }: Queued): void {
    if (network === undefined) return;
    let own = this.#clients.get(network);
    if (own === undefined) {
      own = new ConnectionQueue();
      this.#clients.set(network, own);
    }
    own.append(clientPlace);
  }

  /** Returns undefined if there is room now. A client that uses its share loses only handshakes of its own. */
  #makeRoom({ network }: Queued): HandshakeFailure | undefined {
    const own = network === undefined ? undefined : this.#clients.get(network);
    if (own !== undefined && own.size >= this.#maxOfClient)
      return this.#end(own.first, 'overload-client') ? undefined : 'overload-client';
    if (this.size < this.#max || this.#end(this.#started.first, 'overload')) return undefined;
    return 'overload';
  }

  /** Ends a handshake if it waits for its client. podway has accepted those that wait for podway, and keeps them. */
  #end(oldest: Place<Queued> | undefined, reason: HandshakeFailure): boolean {
    if (oldest?.owner.queuePlace.queue !== this.#started) return false;
    if (this.#clock.now - oldest.owner.startedAt < MIN_HANDSHAKE_TIME) return false;
    oldest.owner.shed(reason);
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
