import { get } from 'node:http';

export interface ScraperOptions {
  /** Address and port of the router's admin listener. */
  readonly address: string;
  readonly port: number;
  /** Seconds between two scrapes. */
  readonly every: number;
}

export interface ScrapeReport {
  readonly scrapes: number;
  readonly failed: number;
  /** Bytes of the last scrape. */
  readonly bytes: number;
  /** Milliseconds of the longest scrape. */
  readonly longest: number;
  /**
   * The longest delay of the 10 ms timer of the router's main thread, in milliseconds, as the router reports it. It covers the
   * time between two scrapes, so it excludes the last scrape.
   */
  readonly mainLoop: number;
}

const LAG = Buffer.from('\nnodejs_eventloop_lag_max_seconds ');
const MAX_VALUE_LENGTH = 64;

/** Reads the router's metrics periodically, as Prometheus does, and keeps only a few figures. */
export class Scraper {
  readonly #options: ScraperOptions;
  readonly #timer: NodeJS.Timeout;
  #report: ScrapeReport = { scrapes: 0, failed: 0, bytes: 0, longest: 0, mainLoop: 0 };

  constructor(options: ScraperOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#scrape(), options.every * 1_000);
  }

  /** Figures since the last call. */
  takeReport(): ScrapeReport {
    const report = this.#report;
    this.#report = { scrapes: 0, failed: 0, bytes: report.bytes, longest: 0, mainLoop: 0 };
    return report;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #scrape(): Promise<void> {
    const started = performance.now();
    const metrics = await this.#read().catch(() => undefined);
    const took = performance.now() - started;
    const { scrapes, failed, bytes, longest, mainLoop } = this.#report;
    this.#report = {
      scrapes: scrapes + 1,
      failed: failed + Number(metrics === undefined),
      bytes: metrics?.bytes ?? bytes,
      longest: Math.max(longest, took),
      mainLoop: Math.max(mainLoop, metrics?.mainLoop ?? 0),
    };
  }

  #read(): Promise<{ bytes: number; mainLoop: number }> {
    const { address: host, port } = this.#options;
    return new Promise((resolve, reject) => {
      const sent = get({ host, port, path: '/metrics', agent: false }, (response) => {
        let bytes = 0;
        let mainLoop = 0;
        // A line may be in two chunks.
        let before: Buffer = Buffer.alloc(0);
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          const text = Buffer.concat([before, chunk]);
          const at = text.indexOf(LAG);
          if (at !== -1)
            mainLoop = Number.parseFloat(
              text.toString('latin1', at + LAG.length, at + LAG.length + MAX_VALUE_LENGTH),
            );
          before = chunk.subarray(-MAX_VALUE_LENGTH);
        });
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve({ bytes, mainLoop: mainLoop * 1_000 });
          else reject(new Error(`status ${response.statusCode}`));
        });
      });
      sent.on('error', reject);
    });
  }
}
