import type { Clock } from '../clock.ts';
import { MachineSleep } from '../machine-sleep.ts';

/** Milliseconds without a sign of life after which the peer is asked for one; balancers cut what is silent for a minute. */
const PING_AFTER = 20_000;
/** Milliseconds without a sign of life after which a peer that owes an answer is dead; in proportion, if it is asked sooner. */
const DEAD_AFTER = 60_000;
const PERIOD = 1_000;
/** Milliseconds late after which silence says nothing, as the process did not run. */
const LATE = 5_000;
/** Milliseconds without a sign of life, until the first answer after a sleep, after which the peer is dead. */
const DEAD_AFTER_SLEEP = 5_000;
/**
 * Bytes sent since the peer last proved that it reads, up to which it owes an answer. A server reads pings and data in one
 * loop, and that stands still while a program in the pod does not read its stdin; a pipe or a terminal takes this many.
 */
const SURELY_BUFFERED = 4_096;

interface HeartbeatOptions {
  readonly clock: Clock;
  /** Milliseconds of silence; 20 s by default. */
  readonly pingAfter?: number;
  /** Asks with this number, which the answer has as well. */
  readonly ping: (number: number) => void;
  /** Nothing is read from the peer now, so its silence says nothing. Balancers still want to see something. */
  readonly isPaused: () => boolean;
  /** Called once. */
  readonly died: () => void;
}

/**
 * Notices a peer that is gone without a word. A process that was stopped does not take its own absence for that. After a sleep
 * of the machine every peer is asked at once, and has seconds to answer: while it slept the connection may have been forgotten.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #pingAfter: number;
  readonly #deadAfter: number;
  /** Milliseconds of silence that are death: fewer after a sleep, until an answer. */
  #silenceLimit: number;
  #activeAt: number;
  #pingedAt: number;
  /** Silence before this says nothing. */
  #pausedAt = Number.NEGATIVE_INFINITY;
  #due = 0;
  readonly #sleep: MachineSleep;
  #number = 0;
  /** Bytes sent since the last answer, and since the last ping. */
  #unproven = 0;
  #sincePing = 0;
  #cancel: () => void = () => undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#pingAfter = options.pingAfter ?? PING_AFTER;
    this.#deadAfter = (this.#pingAfter * DEAD_AFTER) / PING_AFTER;
    this.#silenceLimit = this.#deadAfter;
    this.#activeAt = options.clock.now();
    this.#pingedAt = this.#activeAt;
    this.#sleep = new MachineSleep(options.clock);
    this.#wait();
  }

  /** The peer sent something. */
  touch(): void {
    this.#activeAt = this.#options.clock.now();
  }

  /** The peer answered a ping. If it is the last one, it has read everything before that. */
  answered(number: number | undefined): void {
    this.touch();
    if (number !== this.#number) return;
    this.#unproven = this.#sincePing;
    this.#silenceLimit = this.#deadAfter;
  }

  /** So many bytes were sent to it. */
  sent(bytes: number): void {
    this.#unproven += bytes;
    this.#sincePing += bytes;
  }

  stop(): void {
    this.#cancel();
  }

  #wait(): void {
    const { clock } = this.#options;
    this.#due = clock.now() + PERIOD;
    this.#cancel = clock.alarm(PERIOD, () => this.#check());
  }

  #check(): void {
    const { clock, isPaused, ping, died } = this.#options;
    const now = clock.now();
    const slept = this.#sleep.hasSlept();
    const wasLate = slept || now - this.#due > LATE;
    if (slept) this.#silenceLimit = Math.min(DEAD_AFTER_SLEEP, this.#deadAfter);
    if (wasLate || isPaused()) this.#pausedAt = now;
    const silence = now - Math.max(this.#activeAt, this.#pausedAt);
    if (silence >= this.#silenceLimit && this.#unproven <= SURELY_BUFFERED) return died();
    if (wasLate || now - Math.max(this.#activeAt, this.#pingedAt) >= this.#pingAfter) {
      this.#pingedAt = now;
      this.#sincePing = 0;
      this.#number = (this.#number + 1) & 0xff;
      ping(this.#number);
    }
    this.#wait();
  }
}
