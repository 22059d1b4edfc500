import type { Clock } from '../clock.ts';
import { MachineSleep } from '../machine-sleep.ts';

/**
 * Milliseconds without a sign of life after which podway pings the peer; load balancers cut connections that are silent
 * for a minute.
 */
const PING_AFTER = 20_000;
/**
 * Milliseconds without a sign of life after which a peer that owes an answer is dead; shortened in proportion if podway
 * pings sooner.
 */
const DEAD_AFTER = 60_000;
const CHECK_INTERVAL = 1_000;
/** Milliseconds of delay above which silence means nothing, because the process did not run. */
const MAX_CHECK_DELAY = 5_000;
/** Milliseconds without a sign of life after which the peer is dead, from a sleep until the first answer after it. */
const DEAD_AFTER_SLEEP = 5_000;
/**
 * Bytes sent since the peer last proved that it reads, up to which it owes an answer. A server reads pings and data in
 * one loop, which stops while a program in the pod does not read its stdin; a pipe or a terminal takes this many bytes.
 */
const SURELY_BUFFERED = 4_096;

interface HeartbeatOptions {
  readonly clock: Clock;
  /** Milliseconds of silence before a ping; 20 s by default. */
  readonly pingAfter?: number;
  /** Sends a ping with this number, which the answer contains, too. */
  readonly ping: (number: number) => void;
  /**
   * podway does not read from the peer now, so silence means nothing. It still pings, because load balancers cut silent
   * connections.
   */
  readonly isPaused: () => boolean;
  /** Called once. */
  readonly died: () => void;
}

/**
 * Detects a peer that is gone without closing its connection. A process that was stopped does not mistake its own
 * absence for that. After a sleep of the machine it pings every peer at once and gives it seconds to answer, because
 * devices on the path may have forgotten the connection.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #pingAfter: number;
  readonly #deadAfter: number;
  /** Milliseconds of silence after which the peer is dead: fewer after a sleep, until an answer. */
  #silenceLimit: number;
  #activeAt: number;
  #pingedAt: number;
  /** Silence before this time means nothing. */
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

  /** The peer answered a ping. If it is the last ping, the peer has read everything before it. */
  answered(number: number | undefined): void {
    this.touch();
    if (number !== this.#number) return;
    this.#unproven = this.#sincePing;
    this.#silenceLimit = this.#deadAfter;
  }

  /** This number of bytes was sent to the peer. */
  sent(bytes: number): void {
    this.#unproven += bytes;
    this.#sincePing += bytes;
  }

  stop(): void {
    this.#cancel();
  }

  #wait(): void {
    const { clock } = this.#options;
    this.#due = clock.now() + CHECK_INTERVAL;
    this.#cancel = clock.alarm(CHECK_INTERVAL, () => this.#check());
  }

  #check(): void {
    const { clock, isPaused, ping, died } = this.#options;
    const now = clock.now();
    const slept = this.#sleep.hasSlept();
    const wasLate = slept || now - this.#due > MAX_CHECK_DELAY;
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
