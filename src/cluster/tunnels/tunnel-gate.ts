import type { Clock } from '../clock.ts';
import { TunnelError } from '../streams/tunnel-error.ts';

/**
 * Milliseconds between two attempts while the API server refuses; doubled with every refusal, and shortened by a random
 * part.
 */
const FIRST_PAUSE = 100;
const MAX_PAUSE = 5_000;
/** Maximum milliseconds of a wait that a server may ask for. */
const MAX_RETRY_AFTER = 60_000;
/** Tunnels that may be opened at once after a pause, as a multiple of those per second. */
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
 * fairness, and every tunnel costs them two connections. So at most `maxTunnels` are open, and `tunnelOpensPerSecond`
 * are opened in a second. While the server refuses (429, 5xx, no connection), the gate allows one attempt at a time,
 * after a growing pause: otherwise a hundred requests that wait for a restarting server would all retry at once.
 */
export class TunnelGate {
  /** Number of tunnels that are open or being opened. */
  open = 0;
  readonly #limits: GateLimits;
  readonly #clock: Clock;
  readonly #full: () => void;
  readonly #waiting = new Set<Waiting>();
  #tokens: number;
  #refilledAt: number;
  /** Refusals in a row; while there are any, the gate allows one attempt at a time. */
  #refusals = 0;
  #refusal: TunnelError | undefined;
  #pausedUntil = 0;
  #isTrying = false;
  #cancel: (() => void) | undefined;
  #emptied: (() => void) | undefined;

  /** @param full called when a tunnel has to wait for the end of another one */
  constructor(limits: GateLimits, clock: Clock, full: () => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#full = full;
    this.#tokens = this.#burst;
    this.#refilledAt = clock.now();
  }

  /**
   * Resolves when a tunnel may be opened. The caller must then call `succeeded`, `refused` or `left`, and after
   * `succeeded` also `ended`.
   *
   * @throws TunnelError if `signal` aborts before (see `lateness`)
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

  /** Why a tunnel has waited too long: the last refusal, or `ETUNNELLIMIT` if there was none. */
  lateness(): TunnelError {
    const { maxTunnels, tunnelOpensPerSecond } = this.#limits;
    const limits = `${this.open} of ${maxTunnels} tunnels are open, and ${tunnelOpensPerSecond} are opened in a second`;
    return this.#refusal ?? new TunnelError('ETUNNELLIMIT', limits);
  }

  /** The API server opened a tunnel. */
  succeeded(): void {
    this.#isTrying = false;
    this.#refusals = 0;
    this.#refusal = undefined;
    this.#admit();
  }

  /** The API server cannot serve any client now. The tunnel has left the gate. */
  refused(refusal: TunnelError): void {
    const { retryAfter = 0 } = refusal.failure ?? {};
    const now = this.#clock.now();
    // Attempts that were made together count as one refusal.
    if (now >= this.#pausedUntil) {
      const pause = Math.min(FIRST_PAUSE * 2 ** this.#refusals, MAX_PAUSE);
      this.#pausedUntil = now + pause * (0.5 + this.#clock.random() / 2);
      this.#refusals += 1;
    }
    this.#refusal = refusal;
    this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.min(retryAfter, MAX_RETRY_AFTER));
    this.left();
  }

  /** A tunnel was not opened, for a reason that concerns only this tunnel. */
  left(): void {
    this.#isTrying = false;
    this.ended();
  }

  /** An open tunnel has ended, which says nothing about an attempt in progress. */
  ended(): void {
    this.open -= 1;
    if (this.open === 0) this.#emptied?.();
    this.#admit();
  }

  /** Resolves when no tunnel is open. */
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
        // Infinite: the end of another tunnel admits this one.
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

  /** Milliseconds until the next tunnel may be opened. */
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
    // A token that is incomplete only because of rounding counts as a whole one.
    const missing = 1 - this.#tokens;
    const refilled = missing > 1e-6 ? (missing * 1_000) / tunnelOpensPerSecond : 0;
    return Math.max(this.#pausedUntil - now, refilled, 0);
  }
}
