import type { AccessRecord, AttemptRecord } from './access-record.ts';

/**
 * A traced request, with a span of its own and one for each attempt. Ids are lower-case hexadecimal as in a
 * `traceparent` (W3C Trace Context): 32 digits for a trace, 16 for a span.
 */
export interface SpanRecord {
  readonly traceId: string;
  readonly spanId: string;
  /** The span of a trusted peer that this span continues; '' if the trace begins here. */
  readonly parentSpanId: string;
  /** The tracestate that the peer sent; '' if it sent none. */
  readonly traceState: string;
  /** The trace context of an untrusted client, which the span does not continue. */
  readonly link: { readonly traceId: string; readonly spanId: string } | undefined;
  /** Path of the route; '' if there is none. */
  readonly routePath: string;
  readonly scheme: string;
  readonly access: AccessRecord;
  readonly attempts: readonly AttemptSpan[];
}

export interface AttemptSpan extends AttemptRecord {
  readonly spanId: string;
  /** Status of the pod's answer; 0 if there was none. */
  readonly status: number;
}

/** Why spans did not reach the collector. */
export type SpanLoss = 'limit' | 'queue' | 'export';

/** Traced requests of one worker. */
export interface SpanBatch {
  readonly spans: readonly SpanRecord[];
  /** Requests that podway would have traced if TRACE_SPANS_PER_SECOND allowed more. */
  readonly overLimit: number;
}
