import { ConnectionQueue } from './connection-queue.ts';

/** A client connection on which no request runs. */
export interface IdleClient {
  readonly writer: {
    /** See ClientWriter. */
    readonly isAnswerUnread: boolean;
  };
  /** Closes the connection at once. */
  destroy(): void;
}

/** Milliseconds that an idle connection has at the start of a drain, for a request that may be in transit. */
export const DRAIN_GRACE = 1_000;
/** The part of the allowed connections that podway keeps before they have sent a head, while it can close others. */
const SPARED_SHARE = 1 / 64;
/** For one new connection, podway looks at this many connections again whose client had not taken its answer. */
const MAX_LOOKED_AT = 8;

/** The client connections of a worker that wait for a request. If there are too many, it chooses the one to close. */
export class WaitingConnections {
  /** Connections that never sent a whole request head, the oldest first. */
  readonly silent = new ConnectionQueue<IdleClient>();
  /**
   * Connections whose last request is answered, also those that podway is closing, the longest idle first. If the client has not
   * taken only podway's own answers, the connection is as idle as others: so a client cannot hold places by requests that podway
   * refuses.
   */
  readonly kept = new ConnectionQueue<IdleClient>();
  /**
   * Kept connections whose client had not taken the answer of a pod when podway looked for one to close. They are not closed: the
   * client may be slow, and the requests of one client fill only its share of the places with such connections.
   */
  readonly #unread = new ConnectionQueue<IdleClient>();
  readonly #spared: number;

  /** @param limit maximum number of connections of the worker, waiting or not */
  constructor(limit: number) {
    this.#spared = Math.floor(limit * SPARED_SHARE);
  }

  get size(): number {
    return this.silent.size + this.kept.size + this.#unread.size;
  }

  /**
   * Ends one connection for a new one. Returns false if it can end none. A connection that never sent a head goes
   * first. But a client that has just connected needs a moment for its head, and would not have it if podway closed
   * only new connections: so podway spares a few while there are kept ones.
   */
  endOne(): boolean {
    const victim = this.silent.size > this.#spared ? this.silent.first?.owner : undefined;
    const ended = victim ?? this.#longestIdle() ?? this.silent.first?.owner;
    if (ended === undefined) return false;
    ended.destroy();
    return true;
  }

  /** A connection leaves `kept` at most once for each of its requests, so a client cannot make this slow by unread answers. */
  #longestIdle(): IdleClient | undefined {
    for (let { first } = this.kept; first !== undefined; { first } = this.kept) {
      if (!first.owner.writer.isAnswerUnread) return first.owner;
      this.#unread.append(first);
    }
    for (let looked = 0; looked < MAX_LOOKED_AT; looked += 1) {
      const { first } = this.#unread;
      if (first === undefined || !first.owner.writer.isAnswerUnread) return first?.owner;
      this.#unread.append(first);
    }
    return undefined;
  }
}
