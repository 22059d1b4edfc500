import type { AccessRecord, AttemptRecord } from './access-record.ts';

/**
 * A request that is traced, with a span of its own and one for each attempt. Ids are lower-case hexadecimal as in a `traceparent`
 * (W3C Trace Context): 32 digits of a trace, 16 of a span.
 */
export interface SpanRecord {
  readonly traceId: string;
  readonly spanId: string;
  /** The span of a trusted peer that it continues; '' where the trace begins here. */
  readonly parentSpanId: string;
  /** What that peer sent as tracestate; '' for nothing. */
  readonly traceState: string;
  /** The context of an untrusted client, which it does not continue. */
  readonly link: { readonly traceId: string; readonly spanId: string } | undefined;
  /** Of the route; '' without one. */
  readonly routePath: string;
  readonly scheme: string;
  readonly access: AccessRecord;
  readonly attempts: readonly AttemptSpan[];
}

export interface AttemptSpan extends AttemptRecord {
  readonly spanId: string;
  /** Of the pod's answer; 0 without one. */
  readonly status: number;
}

/** What became of spans that are not in the collector. */
export type SpanLoss = 'limit' | 'queue' | 'export';

/** Traced requests of one worker. */
export interface SpanBatch {
  readonly spans: readonly SpanRecord[];
  /** Requests that would have been traced, if TRACE_SPANS_PER_SECOND allowed more. */
  readonly overLimit: number;
}
