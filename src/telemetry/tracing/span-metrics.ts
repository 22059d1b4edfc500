import { SmallFamilies } from '../small-families.ts';
import type { SpanFigures } from './span-export.ts';

/** Families about traces. */
export class SpanMetrics {
  readonly #small = new SmallFamilies();

  constructor(read: () => SpanFigures) {
    const help =
      'Spans that were sent (exported) or dropped: requests over TRACE_SPANS_PER_SECOND (limit), spans over TRACE_QUEUE (queue), or not accepted by the collector (export)';
    this.#small.total('podway_trace_spans_total', help, ['result'], (counter) => {
      for (const [result, count] of Object.entries(read())) counter.inc({ result }, count);
    });
  }

  /** In Prometheus' text format, to be written after other families. */
  render(): AsyncIterable<string> {
    return this.#small.render();
  }
}
