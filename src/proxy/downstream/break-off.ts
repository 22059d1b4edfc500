import { TICK, type Timed } from '../load/coarse-clock.ts';
import type { ClientStream } from './client-stream.ts';
import type { ClientWriter } from './client-writer.ts';
import type { Plane } from '../plane.ts';

/** The client connection that is broken off. */
export interface BrokenOff extends Timed {
  readonly plane: Plane;
  readonly client: ClientStream;
  readonly outbox: ClientWriter;
  readonly closed: boolean;
  /** Ends at once with a reset. */
  reset(): void;
}

/**
 * The end of an answer that came in part and whose framing does not tell so: a FIN would pass for its proper end, so it
 * must be a reset, and a reset throws away what the client's kernel has not got yet. So what came is delivered first:
 * our own queue, then the kernel's, as long as either gets shorter. Where the kernel does not tell, the client gets
 * the time of a lingering close.
 */
export class BreakOff {
  readonly #connection: BrokenOff;
  #left = Number.POSITIVE_INFINITY;
  #movedAt: number;
  #asking = false;

  constructor(connection: BrokenOff) {
    this.#connection = connection;
    this.#movedAt = connection.plane.clock.now;
    connection.outbox.flush();
    connection.deadline = this.#movedAt + TICK;
  }

  /** The connection's deadline has come. */
  expire(): void {
    const { plane, outbox } = this.#connection;
    const { clock } = plane;
    this.#connection.deadline = clock.now + TICK;
    if (this.#asking) return;
    // It counts anew what is queued.
    const { moving } = outbox;
    if (outbox.queued === 0) void this.#ask();
    else if (moving) this.#movedAt = clock.now;
    else this.#connection.reset();
  }

  async #ask(): Promise<void> {
    const { plane, client } = this.#connection;
    this.#asking = true;
    const { raw } = client;
    const left = raw === undefined ? 0 : await plane.sendQueues.unacknowledged(raw);
    this.#asking = false;
    if (this.#connection.closed) return;
    const { clock, settings } = plane;
    if (left !== undefined && left < this.#left) {
      this.#left = left;
      this.#movedAt = clock.now;
    }
    const { lingerTimeout, clientIdleTimeout } = settings;
    const patience = left === undefined ? lingerTimeout : clientIdleTimeout;
    if (left === 0 || clock.now - this.#movedAt >= patience) this.#connection.reset();
  }
}
