// Ticks finer than a timer's millisecond: a second thread sleeps until absolute times and wakes the main thread.
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { microseconds } from './target.ts';

interface PaceOptions {
  /** Microseconds of the monotonic clock. */
  readonly start: number;
  readonly period: number;
  readonly cell: Int32Array;
}

/**
 * Calls `tick` at `start`, `start + period` and so on, or shortly after. One call may be for several ticks. Returns a function
 * that stops the ticks.
 */
export function pace(start: number, period: number, tick: () => void): () => Promise<void> {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(import.meta.filename, {
    workerData: { start, period, cell } satisfies PaceOptions,
  });
  worker.on('message', tick);
  return async () => {
    Atomics.store(cell, 0, 1);
    Atomics.notify(cell, 0);
    await worker.terminate();
  };
}

if (!isMainThread && parentPort !== null) {
  const { start, period, cell } = workerData as PaceOptions;
  let next = start;
  while (Atomics.load(cell, 0) === 0) {
    const now = microseconds();
    if (next > now) Atomics.wait(cell, 0, 0, (next - now) / 1_000);
    parentPort.postMessage(0);
    next += period * Math.max(1, Math.ceil((microseconds() - next) / period));
  }
}
