import { TICK } from '../load/coarse-clock.ts';
import type { Running } from '../exchange/ends.ts';
import type { ClientStream } from './client-stream.ts';
import type { ClientWriter } from './client-writer.ts';
import type { ClientNeeds } from './needs.ts';

/** The client connection that is broken off. */
export interface BrokenOff {
  readonly needs: Pick<ClientNeeds, 'clock' | 'settings' | 'sendQueues'>;
  readonly client: ClientStream;
  readonly writer: ClientWriter;
  readonly closed: boolean;
  /** Ends at once with a reset. */
  reset(): void;
}

/**
 * The end of an answer that came in part and whose framing does not say so: a FIN would pass for its proper end, so it
 * must be a reset, and a reset throws away what the client's kernel has not got yet. So what came is delivered first:
 * our own queue, then the kernel's, as long as either gets shorter. Where the kernel does not say, the client gets
 * the time of a lingering close.
 */
export class BreakOff implements Running {
  deadline: number;
  readonly pending = 0;
  readonly #connection: BrokenOff;
  #left = Number.POSITIVE_INFINITY;
  #movedAt: number;
  #asking = false;

  constructor(connection: BrokenOff) {
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
    // Counts again what is queued.
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
    const patience = left === undefined ? lingerTimeout : clientIdleTimeout;
    if (left === 0 || clock.now - this.#movedAt >= patience) this.#connection.reset();
  }

  cut(): void {
    this.#connection.reset();
  }

  drained(): void {
    // The next tick counts what is left.
  }

  ended(): void {
    // It may have ended its side only, and still reads.
  }

  gone(): void {
    // Nothing waits for it.
  }
}
