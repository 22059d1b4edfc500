import type { ServerResponse } from 'node:http';
import { EVENT_INTERVAL } from './paths.ts';

const TICK = 1;

/**
 * Server-sent events for many streams: one event every `EVENT_INTERVAL` for each stream. They are spread evenly, since with
 * bursts the bench would measure the origin's event loop. The data of an event is the monotonic time at which it was written;
 * all processes of a machine share that clock.
 */
export class EventStreams {
  readonly #open: ServerResponse[] = [];
  #timer: NodeJS.Timeout | undefined;
  #last = 0;
  #due = 0;
  #next = 0;

  add(response: ServerResponse, unbuffered: boolean): void {
    response.setHeader('Content-Type', 'text/event-stream');
    if (unbuffered) response.setHeader('X-Accel-Buffering', 'no');
    response.flushHeaders();
    this.#open.push(response);
    response.on('close', () => this.#remove(response));
    if (this.#timer !== undefined) return;
    this.#last = performance.now();
    this.#timer = setInterval(() => this.#write(), TICK);
  }

  #write(): void {
    const now = performance.now();
    this.#due += ((now - this.#last) * this.#open.length) / EVENT_INTERVAL;
    this.#last = now;
    // Avoids a burst after a pause of this process.
    this.#due = Math.min(this.#due, this.#open.length);
    for (; this.#due >= 1; this.#due -= 1) {
      this.#next = (this.#next + 1) % this.#open.length;
      this.#open[this.#next]?.write(`data: ${process.hrtime.bigint()}\n\n`);
    }
  }

  #remove(response: ServerResponse): void {
    this.#open.splice(this.#open.indexOf(response), 1);
    if (this.#open.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
