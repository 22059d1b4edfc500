import { ConnectionQueue } from './connection-queue.ts';

/** A client connection on which nothing runs. */
export interface IdleClient {
  /** What of an answer the client has not taken. */
  readonly writer: { readonly queued: number };
  /** Ends at once. */
  destroy(): void;
}

/** Milliseconds that an idle connection gets at the start of a drain, for a request that may be in transit. */
export const DRAIN_IDLE = 1_000;
/** The part of the allowed connections that are kept without having sent a head, while others wait. */
const SPARED = 1 / 64;
/** Kept connections whose answer is still being taken are passed over, this many for one new connection. */
const MAX_PASSED = 8;

/** The client connections of a worker that wait for a request, and which of them is closed when there are too many. */
export class WaitingConnections {
  /** Those that never sent a whole request head, the oldest first. */
  readonly silent = new ConnectionQueue<IdleClient>();
  /** Those whose last request is answered, the longest idle first. */
  readonly kept = new ConnectionQueue<IdleClient>();
  readonly #spared: number;

  /** `limit`: connections of the worker, waiting or not. */
  constructor(limit: number) {
    this.#spared = Math.floor(limit * SPARED);
  }

  /**
   * Ends one connection for a new one; false when none can go. One that never sent a head goes first. But a client that
   * has just connected needs a moment for its head, and would not get it if only new ones were closed: a few are spared as
   * long as there are kept ones.
   */
  endOne(): boolean {
    const victim = this.silent.size > this.#spared ? this.silent.first?.owner : undefined;
    const ended = victim ?? this.#longestIdle() ?? this.silent.first?.owner;
    if (ended === undefined) return false;
    ended.destroy();
    return true;
  }

  #longestIdle(): IdleClient | undefined {
    for (let passed = 0; passed < MAX_PASSED; passed += 1) {
      const { first } = this.kept;
      if (first === undefined || first.owner.writer.queued === 0) return first?.owner;
      this.kept.append(first);
    }
    return undefined;
  }
}
