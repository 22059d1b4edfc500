import type { Clock } from '../clock.ts';

export interface WatchdogLimits {
  /** Milliseconds of silence. */
  readonly silence: number;
  /** Milliseconds from now, whatever is heard. */
  readonly total?: number;
}

/** Barks once when nothing was heard for too long: the peer is gone or stuck and TCP has not noticed. */
export class Watchdog {
  readonly #clock: Clock;
  #bark: () => void = () => undefined;
  #silence = Number.POSITIVE_INFINITY;
  #deadline = Number.POSITIVE_INFINITY;
  #lastHeard = 0;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Called when a limit is passed. */
  onBark(bark: () => void): void {
    this.#bark = bark;
  }

  /** From now on these limits count, instead of earlier ones. */
  guard({ silence, total = Number.POSITIVE_INFINITY }: WatchdogLimits): void {
    this.stop();
    this.#lastHeard = this.#clock.now();
    this.#silence = silence;
    this.#deadline = this.#lastHeard + total;
    this.#wait();
  }

  heard(): void {
    this.#lastHeard = this.#clock.now();
  }

  stop(): void {
    this.#cancel();
  }

  /** One timer for many reads: what was heard meanwhile is looked at when it rings. */
  #wait(): void {
    const left = Math.min(this.#lastHeard + this.#silence, this.#deadline) - this.#clock.now();
    if (left > 0) {
      this.#cancel = this.#clock.alarm(left, () => this.#wait());
      return;
    }
    this.#bark();
  }
}
