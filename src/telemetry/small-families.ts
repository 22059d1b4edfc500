import { setImmediate as turn } from 'node:timers/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, type Metric, Registry } from 'prom-client';
import { openDescriptors } from './open-descriptors.ts';

/** Families rendered between two turns of the event loop. Those about the process read files of /proc. */
const FAMILIES_PER_TURN = 8;

/** Families of few series, which prom-client keeps and renders. */
export class SmallFamilies {
  readonly #registry = new Registry();

  get contentType(): string {
    return this.#registry.contentType;
  }

  counter<L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> {
    const counter = new Counter({ name, help, labelNames, registers: [] });
    this.#registry.registerMetric(counter);
    return counter;
  }

  histogram(name: string, help: string, buckets: readonly number[]): Histogram {
    const histogram = new Histogram({ name, help, buckets: [...buckets], registers: [] });
    this.#registry.registerMetric(histogram);
    return histogram;
  }

  /** A gauge that is read again at every scrape, so that it has no stale series. */
  gauge<L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    read: (gauge: Gauge<L>) => void,
  ): void {
    const gauge: Gauge<L> = new Gauge({
      name,
      help,
      labelNames,
      registers: [],
      collect: () => reread(gauge, read),
    });
    this.#registry.registerMetric(gauge);
  }

  /** A counter whose value is kept elsewhere. */
  total<L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    read: (counter: Counter<L>) => void,
  ): void {
    const counter: Counter<L> = new Counter({
      name,
      help,
      labelNames,
      registers: [],
      collect: () => reread(counter, read),
    });
    this.#registry.registerMetric(counter);
  }

  /**
   * Adds prom-client's own families about the process. One of them reads a folder that has an entry for every
   * connection, and blocks the thread meanwhile. podway replaces it by one that does not.
   */
  addProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
    this.#registry.removeSingleMetric('process_open_fds');
    const gauge: Gauge = new Gauge({
      name: 'process_open_fds',
      help: 'File descriptors that are open',
      registers: [],
      // It is not reset first: concurrent scrapes would find no value.
      collect: async () => {
        const count = await openDescriptors();
        if (count === undefined) gauge.remove();
        else gauge.set(count);
      },
    });
    this.#registry.registerMetric(gauge);
  }

  /** Renders all families, slice by slice. The event loop turns after each slice. */
  async *render(): AsyncGenerator<string, void> {
    const names = this.#registry.getMetricsAsArray().map(({ name }) => name);
    for (let from = 0; from < names.length; from += FAMILIES_PER_TURN) {
      const some = names.slice(from, from + FAMILIES_PER_TURN);
      const texts = await Promise.all(some.map((name) => this.#registry.getSingleMetricAsString(name)));
      yield texts.map((text) => `${text}\n\n`).join('');
      await turn();
    }
  }
}

function reread<T extends Metric>(metric: T, read: (metric: T) => void): void {
  metric.reset();
  read(metric);
}
