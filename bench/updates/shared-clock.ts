import { hrtime } from 'node:process';

/** Milliseconds of a clock that all threads of the machine share. `performance.now()` counts from the start of its thread. */
export function sharedMilliseconds(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
