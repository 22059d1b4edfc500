import type { SpanBatch } from '../boundary/span-record.ts';
import type { Config } from '../config/load.ts';
import type { Log } from '../telemetry/logger.ts';
import { SpanExport } from '../telemetry/tracing/span-export.ts';
import { SpanMetrics } from '../telemetry/tracing/span-metrics.ts';

/** Where the spans of workers go. */
export interface ServedTraces {
  /** Undefined: nothing is traced. */
  readonly take: ((batch: SpanBatch) => void) | undefined;
  /** Sends what waits, for a few seconds. */
  close(): Promise<void>;
  /** The metrics of the router, and those of traces behind them. */
  metrics(ofRouter: AsyncIterable<string>): AsyncIterable<string>;
}

/** Sends spans as OTEL_EXPORTER_OTLP_* say. Loaded only where podway traces, as all that it imports. */
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
