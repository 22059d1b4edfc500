import type { Clock } from '../clock.ts';

/** Milliseconds without a sign of life after which the peer is asked for one; balancers cut what is silent for a minute. */
const ASK_AFTER = 20_000;
/** Milliseconds without a sign of life after which a peer that owes an answer is dead; in proportion, if it is asked sooner. */
const DEAD_AFTER = 60_000;
const PERIOD = 5_000;
/**
 * Bytes sent since the peer last proved that it reads, up to which it owes an answer. A server reads pings and data in one
 * loop, and that stands still while a program in the pod does not read its stdin; a pipe or a terminal takes this many.
 */
const SURELY_READ = 4_096;

interface HeartbeatOptions {
  readonly clock: Clock;
  /** Milliseconds of silence; 20 s by default. */
  readonly askAfter?: number;
  /** Asks with this number, which the answer has as well. */
  readonly ping: (number: number) => void;
  /** Nothing is read from the peer now, so its silence says nothing. Balancers still want to see something. */
  readonly isPaused: () => boolean;
  /** Called once. */
  readonly died: () => void;
}

/** Notices a peer that is gone without a word. A process that was stopped or a machine that slept does not take that for one. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #askAfter: number;
  readonly #deadAfter: number;
  #heard: number;
  #asked: number;
  /** Silence before this says nothing. */
  #excused = Number.NEGATIVE_INFINITY;
  #due = 0;
  #number = 0;
  /** Bytes sent since the last answer, and since the last ping. */
  #unproven = 0;
  #sincePing = 0;
  #cancel: () => void = () => undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#askAfter = options.askAfter ?? ASK_AFTER;
    this.#deadAfter = (this.#askAfter * DEAD_AFTER) / ASK_AFTER;
    this.#heard = options.clock.now();
    this.#asked = this.#heard;
    this.#wait();
  }

  /** The peer sent something. */
  heard(): void {
    this.#heard = this.#options.clock.now();
  }

  /** The peer answered a ping. If it is the last one, it has read everything before that. */
  answered(number: number | undefined): void {
    this.heard();
    if (number === this.#number) this.#unproven = this.#sincePing;
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
    this.#cancel = clock.alarm(PERIOD, () => this.#look());
  }

  #look(): void {
    const { clock, isPaused, ping, died } = this.#options;
    const now = clock.now();
    const overslept = now - this.#due > PERIOD;
    if (overslept || isPaused()) this.#excused = now;
    const silence = now - Math.max(this.#heard, this.#excused);
    if (silence >= this.#deadAfter && this.#unproven <= SURELY_READ) return died();
    if (overslept || now - Math.max(this.#heard, this.#asked) >= this.#askAfter) {
      this.#asked = now;
      this.#sincePing = 0;
      this.#number = (this.#number + 1) & 0xff;
      ping(this.#number);
    }
    this.#wait();
  }
}
