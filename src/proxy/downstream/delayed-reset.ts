import { TICK } from '../load/coarse-clock.ts';
import type { Running } from '../exchange/ends.ts';
import type { ClientStream } from './client-stream.ts';
import type { ClientWriter } from './client-writer.ts';
import type { ClientNeeds } from './needs.ts';

/** The client connection that podway resets. */
export interface ResettingConnection {
  readonly needs: Pick<ClientNeeds, 'clock' | 'settings' | 'sendQueues'>;
  readonly client: ClientStream;
  readonly writer: ClientWriter;
  readonly closed: boolean;
  /** Closes the connection at once with a reset. */
  reset(): void;
}

/**
 * Ends the connection of an incomplete answer whose framing does not show that it is incomplete. The client would take
 * a FIN for the regular end, so podway must send a reset. A reset discards what the client's kernel has not received
 * yet, so podway first delivers the bytes that came: those in its own queue, then those in the kernel's queue, while
 * either gets shorter. If the kernel does not report the size of its queue, the client has the time of a lingering
 * close.
 */
export class DelayedReset implements Running {
  deadline: number;
  readonly pending = 0;
  readonly #connection: ResettingConnection;
  #left = Number.POSITIVE_INFINITY;
  #movedAt: number;
  #asking = false;

  constructor(connection: ResettingConnection) {
    this.#connection = connection;
    this.#movedAt = connection.needs.clock.now;
    connection.writer.flush();
    this.deadline = this.#movedAt + TICK;
  }

  expire(): void {
    const { needs, writer } = this.#connection;
    const { clock } = needs;
    this.deadline = clock.now + TICK;
    if (this.#asking) return;
    // `isMoving` also counts the queued bytes again.
    const isMoving = writer.isMoving(needs.settings.clientIdleTimeout);
    if (writer.queued === 0) void this.#ask();
    else if (isMoving) this.#movedAt = clock.now;
    else this.#connection.reset();
  }

  async #ask(): Promise<void> {
    const { needs, client } = this.#connection;
    this.#asking = true;
    const { raw } = client;
    const left = raw === undefined ? 0 : await needs.sendQueues.unacknowledged(raw);
    this.#asking = false;
    if (this.#connection.closed) return;
    const { clock, settings } = needs;
    if (left !== undefined && left < this.#left) {
      this.#left = left;
      this.#movedAt = clock.now;
    }
    const { lingerTimeout, clientIdleTimeout } = settings;
    const maxWait = left === undefined ? lingerTimeout : clientIdleTimeout;
    if (left === 0 || clock.now - this.#movedAt >= maxWait) this.#connection.reset();
  }

  cut(): void {
    this.#connection.reset();
  }

  drained(): void {
    // The next tick counts the bytes that are left.
  }

  ended(): void {
    // The client may have ended only its own side, and still read.
  }

  gone(): void {
    // No code waits for this end.
  }
}
