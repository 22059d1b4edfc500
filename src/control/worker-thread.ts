import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker, WorkerData } from '../boundary/messages.ts';

/** A running data-plane thread. */
export interface WorkerThread {
  send(message: ToWorker): void;
  terminate(): Promise<unknown>;
}

export interface WorkerListener {
  message(message: FromWorker): void;
  /** The thread has ended. `error`: what it threw; undefined: it ended without an error, or was terminated. */
  exit(error: Error | undefined): void;
}

export type StartWorker = (data: WorkerData, listener: WorkerListener) => WorkerThread;

/** The entry of a worker has the same extension as this module: .ts in the sources, .js in dist/. */
const ENTRY = new URL(`../worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

/**
 * Maximum size of V8's young generation, in megabytes; V8's default is 96. A collection stops the thread while V8 moves the live
 * objects. With thousands of pod connections on two cores, each stop took 13 ms with the default and takes 2 ms with this size. The
 * total cost is equal.
 */
const YOUNG_GENERATION = 12;

/**
 * V8 allocates objects in its old generation at once if most objects from the same place in the code outlived several
 * collections. While many clients connect and leave, that went wrong for their sockets: Node.js assigns a closure to a
 * property of each socket (`onwrite` of WritableState), V8 allocates such closures in the old generation, and a closure there
 * keeps its socket, and all that the socket refers to, until V8 collects the whole heap. So sockets seemed to live long.
 * Without this feature of V8, a client connection with one request costs 0.79 of the CPU time (docs/speed.md).
 */
const NO_PRETENURING = '--no-allocation-site-pretenuring';

/** Starts a real data-plane thread. */
export const startWorker: StartWorker = (data, listener) => {
  // V8 reads the flag whenever it compiles code, so it can be set at any time. It applies to all threads.
  setFlagsFromString(NO_PRETENURING);
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
