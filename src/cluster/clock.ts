import { setTimeout as delay } from 'node:timers/promises';

/** Time and randomness as arguments, so that tests of back-off and silence need not wait. */
export interface Clock {
  /** Milliseconds that only grow (a wall clock that is set back must not stop a timer). */
  now(): number;
  /**
   * Milliseconds since 1970. Unlike `now` on Linux, they continue while the machine sleeps; they jump when the clock is
   * set.
   */
  wallTime(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Resolves after `ms` milliseconds, or as soon as `signal` aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls `ring` once after `ms` milliseconds. Returns a function that cancels the call. */
  alarm(ms: number, ring: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
  alarm: (ms, ring) => {
    const timer = setTimeout(ring, ms);
    return () => clearTimeout(timer);
  },
};
