import type { Clock } from '../clock.ts';
import { MachineSleep } from '../machine-sleep.ts';

/** Milliseconds between two checks whether the machine has slept. */
const CHECK_INTERVAL = 5_000;

export interface WatchdogLimits {
  /** Maximum milliseconds of silence. */
  readonly silence: number;
  /** Maximum milliseconds from now on, regardless of activity. */
  readonly total?: number;
}

/** `sleep`: the machine has slept, and devices on the path may have forgotten the connection meanwhile. */
export type Alarm = 'silence' | 'sleep';

/** Reports once that no data has arrived for too long: the peer is gone or stuck, and TCP has not noticed. */
export class Watchdog {
  readonly #clock: Clock;
  #alarm: (alarm: Alarm) => void = () => undefined;
  #silence = Number.POSITIVE_INFINITY;
  #deadline = Number.POSITIVE_INFINITY;
  #lastActive = 0;
  #sleep: MachineSleep | undefined;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sets a function that is called when a limit is passed, or after a sleep. */
  onAlarm(alarm: (alarm: Alarm) => void): void {
    this.#alarm = alarm;
  }

  /** From now on these limits apply instead of earlier ones. */
  guard({ silence, total = Number.POSITIVE_INFINITY }: WatchdogLimits): void {
    this.stop();
    this.#lastActive = this.#clock.now();
    this.#silence = silence;
    this.#deadline = this.#lastActive + total;
    this.#sleep = new MachineSleep(this.#clock);
    this.#wait();
  }

  /** Milliseconds since the last data. */
  get silentFor(): number {
    return this.#clock.now() - this.#lastActive;
  }

  touch(): void {
    this.#lastActive = this.#clock.now();
  }

  stop(): void {
    this.#cancel();
  }

  /** One timer for many reads: when it fires, it checks what has arrived meanwhile. */
  #wait(): void {
    const left = Math.min(this.#lastActive + this.#silence, this.#deadline) - this.#clock.now();
    if (this.#sleep?.hasSlept() === true) this.#alarm('sleep');
    else if (left > 0) this.#cancel = this.#clock.alarm(Math.min(left, CHECK_INTERVAL), () => this.#wait());
    else this.#alarm('silence');
  }
}
