import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { LoadReport } from '../../test/rig/request-load.ts';

export interface TrafficOrders {
  /** The router's. */
  readonly address: string;
  readonly port: number;
  readonly perSecond: number;
  /** How many shared hosts the requests go to, in turn. */
  readonly hosts: number;
}

/** The pods and the load, in a thread of their own. */
export class Traffic {
  readonly #thread: Worker;

  private constructor(thread: Worker) {
    this.#thread = thread;
  }

  static async start(orders: TrafficOrders): Promise<Traffic> {
    const thread = new Worker(new URL('./traffic-thread.ts', import.meta.url), { workerData: orders });
    await once(thread, 'message');
    thread.postMessage('start');
    return new Traffic(thread);
  }

  /** Since the start. */
  report(): Promise<LoadReport> {
    return this.#ask('report');
  }

  stop(): Promise<LoadReport> {
    return this.#ask('stop');
  }

  async #ask(order: 'report' | 'stop'): Promise<LoadReport> {
    const answer = once(this.#thread, 'message');
    this.#thread.postMessage(order);
    const [report] = (await answer) as [LoadReport];
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.terminate();
  }
}
