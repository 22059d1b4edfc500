import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { LoadReport } from '../../test/fixtures/request-load.ts';
import type { ScraperOptions, ScrapeReport } from './scraper.ts';

export interface TrafficOptions {
  /** Address and port of the router. */
  readonly address: string;
  readonly port: number;
  readonly perSecond: number;
  /** The number of shared hosts, to which the requests go in turn. */
  readonly hosts: number;
  /** Options of the scraper; undefined: no scraper runs. */
  readonly scraper: ScraperOptions | undefined;
}

export interface TrafficReport extends LoadReport {
  /** Figures since the last report. */
  readonly scrapes: ScrapeReport | undefined;
}

/** The pods, the load and the scraper, in a separate thread. */
export class Traffic {
  readonly #thread: Worker;

  private constructor(thread: Worker) {
    this.#thread = thread;
  }

  static async start(options: TrafficOptions): Promise<Traffic> {
    const thread = new Worker(new URL('./traffic-thread.ts', import.meta.url), { workerData: options });
    await once(thread, 'message');
    thread.postMessage('start');
    return new Traffic(thread);
  }

  /** Requests since the start, scrapes since the last report. */
  report(): Promise<TrafficReport> {
    return this.#ask('report');
  }

  stop(): Promise<TrafficReport> {
    return this.#ask('stop');
  }

  async #ask(order: 'report' | 'stop'): Promise<TrafficReport> {
    const answer = once(this.#thread, 'message');
    this.#thread.postMessage(order);
    const [report] = (await answer) as [TrafficReport];
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.terminate();
  }
}
