import { setTimeout as delay } from 'node:timers/promises';

/** Time and chance as arguments, so that tests of backoff and silence need not wait. */
export interface Clock {
  /** Milliseconds that only ever grow (a wall clock set back must not stop a timer). */
  now(): number;
  /** Milliseconds since 1970. Unlike those of `now` on Linux, they go on while the machine sleeps; they jump when they are set. */
  wallTime(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Resolves after `ms` milliseconds, or as soon as `signal` aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls `ring` once after `ms` milliseconds, unless what it returns is called before. */
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
