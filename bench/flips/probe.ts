import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface ProbeOptions {
  readonly address: string;
  readonly port: number;
  readonly adminPort: number;
  /** The address of the pod that this thread plays, and the host that is routed to it. */
  readonly pod: { readonly address: string; readonly port: number };
  readonly host: string;
}

/** The longest times since the last reading, in milliseconds. */
export interface ProbeReport {
  /** Until the admin listener answered. */
  readonly main: number;
  /** Until a worker passed on an answer of the pod. */
  readonly worker: number;
  /** Time in which the probe's own thread was blocked. */
  readonly own: number;
}

/** Sends requests to podway all the time, from a separate thread. */
export class Probe {
  readonly #thread: Worker;

  private constructor(thread: Worker) {
    this.#thread = thread;
  }

  static async start(options: ProbeOptions): Promise<Probe> {
    const thread = new Worker(new URL('probe-thread.ts', import.meta.url), { workerData: options });
    await once(thread, 'message');
    return new Probe(thread);
  }

  async takeReport(): Promise<ProbeReport> {
    this.#thread.postMessage('take');
    const [report] = (await once(this.#thread, 'message')) as [ProbeReport];
    return report;
  }

  async stop(): Promise<void> {
    await this.#thread.terminate();
  }
}
