import type { Clock } from '../clock.ts';
import { TunnelError } from '../streams/tunnel-error.ts';

/** Milliseconds between two attempts while the API server refuses; doubled with every refusal, and less by chance. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;
/** The longest time (milliseconds) that a server may ask for. */
const LONGEST_REQUESTED = 60_000;
/** Tunnels that may be opened at once after a pause, in proportion to those of a second. */
const BURST = 2.5;

export interface GateLimits {
  readonly maxTunnels: number;
  readonly tunnelOpensPerSecond: number;
}

interface Waiting {
  readonly admit: () => void;
}

/**
 * Decides when a tunnel may be opened. API servers do not protect themselves: port-forward is exempt from priority and
 * fairness, and every tunnel costs them two connections. So at most `maxTunnels` are open, so many are opened in a second,
 * and while the server refuses (429, 5xx, no connection) one attempt at a time is made, after a pause that grows: a
 * hundred requests that wait for a server that restarts do not fall upon it together.
 */
export class TunnelGate {
  /** Tunnels that are open, or being opened. */
  open = 0;
  readonly #limits: GateLimits;
  readonly #clock: Clock;
  readonly #full: () => void;
  readonly #waiting = new Set<Waiting>();
  #tokens: number;
  #refilledAt: number;
  /** In a row; one attempt at a time is made while there are any. */
  #refusals = 0;
  #refusal: TunnelError | undefined;
  #pausedUntil = 0;
  #isTrying = false;
  #cancel: (() => void) | undefined;
  #emptied: (() => void) | undefined;

  /** @param full called when one waits for the end of another */
  constructor(limits: GateLimits, clock: Clock, full: () => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#full = full;
    this.#tokens = this.#burst;
    this.#refilledAt = clock.now();
  }

  /**
   * Resolves when a tunnel may be opened: `succeeded`, `refused` or `left` has to follow, and after `succeeded` `ended`.
   *
   * @throws TunnelError when `signal` aborts before (see `lateness`)
   */
  async enter(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { admit: resolve };
    const giveUp = () => {
      this.#waiting.delete(waiting);
      if (this.#waiting.size === 0) this.#cancel?.();
      reject(this.lateness());
    };
    signal.addEventListener('abort', giveUp);
    this.#waiting.add(waiting);
    if (signal.aborted) giveUp();
    this.#admit();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Why one has waited too long: the last refusal, or `ETUNNELLIMIT` when there was none. */
  lateness(): TunnelError {
    const { maxTunnels, tunnelOpensPerSecond } = this.#limits;
    const limits = `${this.open} of ${maxTunnels} tunnels are open, and ${tunnelOpensPerSecond} are opened in a second`;
    return this.#refusal ?? new TunnelError('ETUNNELLIMIT', limits);
  }

  /** The API server opened one. */
  succeeded(): void {
    this.#isTrying = false;
    this.#refusals = 0;
    this.#refusal = undefined;
    this.#admit();
  }

  /** The API server cannot serve anybody now. The tunnel has left. */
  refused(refusal: TunnelError): void {
    const { retryAfter = 0 } = refusal.failure ?? {};
    const now = this.#clock.now();
    // Attempts that were made together are one refusal.
    if (now >= this.#pausedUntil) {
      const pause = Math.min(FIRST_PAUSE * 2 ** this.#refusals, LONGEST_PAUSE);
      this.#pausedUntil = now + pause * (0.5 + this.#clock.random() / 2);
      this.#refusals += 1;
    }
    this.#refusal = refusal;
    this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.min(retryAfter, LONGEST_REQUESTED));
    this.left();
  }

  /** A tunnel was not opened, for a reason of its own. */
  left(): void {
    this.#isTrying = false;
    this.ended();
  }

  /** One that was open has ended, which says nothing of an attempt that is under way. */
  ended(): void {
    this.open -= 1;
    if (this.open === 0) this.#emptied?.();
    this.#admit();
  }

  /** Resolves when none is open. */
  whenEmpty(): Promise<void> {
    return new Promise((resolve) => {
      this.#emptied = resolve;
      if (this.open === 0) resolve();
    });
  }

  get #burst(): number {
    return Math.max(1, this.#limits.tunnelOpensPerSecond * BURST);
  }

  #admit(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const waiting of this.#waiting) {
      const wait = this.#waits();
      if (wait > 0) {
        // Infinite: the end of another one lets it in.
        if (wait < Number.POSITIVE_INFINITY) this.#cancel = this.#clock.alarm(wait, () => this.#admit());
        return;
      }
      this.#waiting.delete(waiting);
      this.#tokens -= 1;
      this.open += 1;
      this.#isTrying = this.#refusals > 0;
      waiting.admit();
    }
  }

  /** Milliseconds until the next one may be opened. */
  #waits(): number {
    const now = this.#clock.now();
    const { maxTunnels, tunnelOpensPerSecond } = this.#limits;
    this.#tokens = Math.min(
      this.#burst,
      this.#tokens + ((now - this.#refilledAt) * tunnelOpensPerSecond) / 1_000,
    );
    this.#refilledAt = now;
    if (this.open >= maxTunnels) {
      this.#full();
      return Number.POSITIVE_INFINITY;
    }
    if (this.#isTrying) return Number.POSITIVE_INFINITY;
    // Less than a whole one by rounding is one.
    const missing = 1 - this.#tokens;
    const refilled = missing > 1e-6 ? (missing * 1_000) / tunnelOpensPerSecond : 0;
    return Math.max(this.#pausedUntil - now, refilled, 0);
  }
}
