import type { TerminalSize } from '../../podstream/terminal-size.ts';
import type { Clock } from '../clock.ts';

/** Milliseconds between two sizes: a window that the user drags has hundreds a second. */
const RESIZE_INTERVAL = 100;

/** Sends the first size at once, further ones at a limited rate, and always the last one. */
export class ResizePace {
  readonly #clock: Clock;
  readonly #send: (size: TerminalSize) => void;
  #sentAt = Number.NEGATIVE_INFINITY;
  #next: TerminalSize | undefined;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock, send: (size: TerminalSize) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  resize(size: TerminalSize): void {
    const wait = this.#sentAt + RESIZE_INTERVAL - this.#clock.now();
    const isWaiting = this.#next !== undefined;
    this.#next = size;
    if (wait <= 0) this.#flush();
    else if (!isWaiting) this.#cancel = this.#clock.alarm(wait, () => this.#flush());
  }

  stop(): void {
    this.#cancel();
  }

  #flush(): void {
    this.#cancel();
    const size = this.#next;
    this.#next = undefined;
    this.#sentAt = this.#clock.now();
    if (size !== undefined) this.#send(size);
  }
}
