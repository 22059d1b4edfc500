import { setTimeout as delay } from 'node:timers/promises';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import type { SpanBatch, SpanLoss, SpanRecord } from '../../boundary/span-record.ts';
import type { Logger } from '../logger.ts';
import { readableSpans, type SpanOrigin } from './readable-spans.ts';

/** Number of waiting spans at which podway sends them. An export has up to this number, or the spans of one request. */
const EXPORT_BATCH_SIZE = 512;
/** Milliseconds for which spans wait for others. */
const EXPORT_DELAY = 1_000;
/** The exporter's code for spans that the collector has accepted. */
const SUCCESS = 0;
/** Milliseconds for sending the last spans of a process. */
const SHUTDOWN_TIMEOUT = 3_000;

/** Numbers of spans that were sent, and that were lost. */
export type SpanFigures = Readonly<Record<SpanLoss | 'exported', number>>;

export interface SpanExportOptions {
  readonly version: string;
  /** Maximum number of spans that wait. */
  readonly queue: number;
  /** Milliseconds between two log lines about a collector that accepts no spans. */
  readonly logInterval: number;
  readonly logger: Logger;
}

/**
 * Sends spans to a collector with the official exporter, which reads OTEL_EXPORTER_OTLP_ENDPOINT and similar variables,
 * and repeats requests that may be repeated. It sends one request at a time. The number of waiting spans is bounded,
 * and lost spans are counted.
 */
export class SpanExport {
  readonly #options: SpanExportOptions;
  readonly #exporter = new OTLPTraceExporter();
  readonly #origin: SpanOrigin;
  readonly #figures = { exported: 0, limit: 0, queue: 0, export: 0 };
  #waiting: SpanRecord[] = [];
  /** Number of spans in `#waiting`. */
  #count = 0;
  #sending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(options: SpanExportOptions) {
    this.#options = options;
    const { version } = options;
    const ours = resourceFromAttributes({ 'service.name': 'podway', 'service.version': version });
    this.#origin = {
      resource: ours.merge(detectResources({ detectors: [envDetector] })),
      scope: { name: 'podway', version },
    };
  }

  take({ spans, overLimit }: SpanBatch): void {
    this.#figures.limit += overLimit;
    for (const record of spans) this.#add(record);
    if (this.#count >= EXPORT_BATCH_SIZE) this.#go();
    else this.#timer ??= setTimeout(() => this.#go(), EXPORT_DELAY).unref();
  }

  figures(): SpanFigures {
    return { ...this.#figures };
  }

  /** Sends the spans that wait, as far as this is possible in a short time. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const sent = async () => {
      while (this.#sending !== undefined || this.#waiting.length > 0) {
        this.#go();
        await this.#sending;
      }
    };
    await Promise.race([sent(), delay(SHUTDOWN_TIMEOUT, undefined, { ref: false })]);
    void this.#exporter.shutdown();
  }

  #add(record: SpanRecord): void {
    const spans = spanCount(record);
    if (this.#count + spans > this.#options.queue) {
      this.#figures.queue += spans;
      return;
    }
    this.#waiting.push(record);
    this.#count += spans;
  }

  #go(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#sending !== undefined || this.#waiting.length === 0) return;
    this.#sending = this.#send().finally(() => {
      this.#sending = undefined;
      if (this.#count >= EXPORT_BATCH_SIZE) this.#go();
      else if (this.#count > 0) this.#timer ??= setTimeout(() => this.#go(), EXPORT_DELAY).unref();
    });
  }

  async #send(): Promise<void> {
    const records = this.#waiting.splice(0, batchLength(this.#waiting));
    const spans = records.flatMap((record) => readableSpans(record, this.#origin));
    this.#count -= spans.length;
    const failure = await new Promise<string | undefined>((resolve) => {
      this.#exporter.export(spans, ({ code, error }) => {
        const result: number = code;
        resolve(result === SUCCESS ? undefined : (error?.message ?? 'unknown'));
      });
    });
    this.#figures[failure === undefined ? 'exported' : 'export'] += spans.length;
    if (failure !== undefined) this.#reportLoss(failure);
  }

  #reportLoss(failure: string): void {
    const now = performance.now();
    if (now - this.#loggedAt < this.#options.logInterval) return;
    this.#loggedAt = now;
    const { export: lost } = this.#figures;
    this.#options.logger.warn({ failure, lost }, 'the trace collector cannot be reached or rejects traces');
  }
}

/** A span for the request, and one for each attempt. */
function spanCount({ attempts }: SpanRecord): number {
  return 1 + attempts.length;
}

/** Returns the number of records whose spans make the next export; at least one. */
function batchLength(records: readonly SpanRecord[]): number {
  let spans = 0;
  const end = records.findIndex((record) => (spans += spanCount(record)) > EXPORT_BATCH_SIZE);
  return end === -1 ? records.length : Math.max(1, end);
}
