import type { SpanBatch } from '../boundary/span-record.ts';
import type { Config } from '../config/load.ts';
import type { Log } from '../telemetry/logger.ts';
import { SpanExport } from '../telemetry/tracing/span-export.ts';
import { SpanMetrics } from '../telemetry/tracing/span-metrics.ts';

/** The exporter of the workers' spans. */
export interface ServedTraces {
  /** Takes spans of a worker. Undefined: podway makes no spans. */
  readonly take: ((batch: SpanBatch) => void) | undefined;
  /** Sends the waiting spans, for at most a few seconds. */
  close(): Promise<void>;
  /** Appends the metrics of traces to those of the router. */
  metrics(ofRouter: AsyncIterable<string>): AsyncIterable<string>;
}

/** Exports spans as OTEL_EXPORTER_OTLP_* configure it. podway loads this module and its imports only if TRACES is on. */
export function serveTraces(config: Config, version: string, { logger }: Log): ServedTraces {
  const { traceQueue: queue, logInterval } = config;
  const spans = new SpanExport({ version, queue, logInterval, logger });
  const families = new SpanMetrics(() => spans.figures());
  return {
    take: (batch) => spans.take(batch),
    close: () => spans.close(),
    async *metrics(ofRouter) {
      yield* ofRouter;
      yield* families.render();
    },
  };
}
