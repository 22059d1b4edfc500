import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface ProbeOrders {
  readonly address: string;
  readonly port: number;
  readonly adminPort: number;
  /** Where the thread is a pod, and the host that leads there. */
  readonly pod: { readonly address: string; readonly port: number };
  readonly host: string;
}

/** The longest times in milliseconds since the last reading. */
export interface ProbeReport {
  /** Until the admin listener answered. */
  readonly main: number;
  /** Until a worker had fetched an answer from a pod. */
  readonly worker: number;
  /** For which the thread itself was held up. */
  readonly own: number;
}

/** Asks podway all the time, from a thread of its own. */
export class Probe {
  readonly #thread: Worker;

  private constructor(thread: Worker) {
    this.#thread = thread;
  }

  static async start(orders: ProbeOrders): Promise<Probe> {
    const thread = new Worker(new URL('probe-thread.ts', import.meta.url), { workerData: orders });
    await once(thread, 'message');
    return new Probe(thread);
  }

  async take(): Promise<ProbeReport> {
    this.#thread.postMessage('take');
    const [report] = (await once(this.#thread, 'message')) as [ProbeReport];
    return report;
  }

  async stop(): Promise<void> {
    await this.#thread.terminate();
  }
}
