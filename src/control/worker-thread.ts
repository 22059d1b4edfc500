import { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker, WorkerData } from '../boundary/messages.ts';

/** A running data-plane thread, as its supervisor sees it. */
export interface WorkerThread {
  send(message: ToWorker): void;
  terminate(): Promise<unknown>;
}

export interface WorkerListener {
  message(message: FromWorker): void;
  /** The thread is gone; `error` is what it threw, undefined when it ended by itself or was terminated. */
  exit(error: Error | undefined): void;
}

export type StartWorker = (data: WorkerData, listener: WorkerListener) => WorkerThread;

/** From sources the entry is a .ts file, from dist/ a .js file: as this module itself. */
const ENTRY = new URL(`../worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

/**
 * Megabytes; V8 would take 96. Collecting young garbage stops the thread for as long as it takes to move what lives:
 * with thousands of pod connections 13 ms at a time on two cores, and 2 ms with this, at the same cost in all.
 */
const YOUNG_GENERATION = 12;

/** Starts a real data-plane thread. */
export const startWorker: StartWorker = (data, listener) => {
  const worker = new Worker(ENTRY, {
    workerData: data,
    resourceLimits: {
      maxYoungGenerationSizeMb: YOUNG_GENERATION,
      maxOldGenerationSizeMb: Math.floor(data.settings.heap / 2 ** 20),
    },
  });
  let error: Error | undefined;
  worker.on('message', (message: FromWorker) => listener.message(message));
  worker.on('error', (thrown) => {
    error = thrown instanceof Error ? thrown : new Error(String(thrown));
  });
  worker.on('exit', () => listener.exit(error));
  return { send: (message) => worker.postMessage(message), terminate: () => worker.terminate() };
};
