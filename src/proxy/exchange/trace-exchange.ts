import type { AccessRecord } from '../../boundary/access-record.ts';
import type { AttemptSpan } from '../../boundary/span-record.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { Route } from '../../routing/route.ts';
import type { Trace } from '../tracing/trace.ts';
import type { Traced, Tracer } from '../tracing/tracer.ts';
import type { AttemptRecord } from '../../boundary/access-record.ts';

/** An exchange that is over, as far as it is traced. */
export interface TracedExchange extends Traced {
  readonly downstream: { readonly peer: Peer };
  /** Undefined if podway asked no pod. */
  readonly trace: Trace | undefined;
  /** Seconds from request to response head; -1 without a response head. */
  readonly responseHeadTime: number;
}

/**
 * The trace of an exchange whose spans are recorded: it is sampled, or podway itself has failed. A 5xx answer of podway
 * itself is rare, and is what an operator looks for first.
 */
export function recordedTrace(exchange: TracedExchange, tracer: Tracer, status: number): Trace | undefined {
  const trace = exchange.trace ?? tracer.begin(exchange);
  const isOwnFailure = status >= 500 && exchange.responseHeadTime < 0;
  return trace.isSampled || (isOwnFailure && tracer.hasRoom()) ? trace : undefined;
}

export function recordSpans(
  exchange: TracedExchange,
  tracer: Tracer,
  {
    trace,
    route,
    access,
  }: { readonly trace: Trace; readonly route: Route | undefined; readonly access: AccessRecord },
): void {
  const { traceId, spanId, continued, isSampled } = trace;
  const { peer } = exchange.downstream;
  const link = tracer.linkOf(exchange);
  tracer.record({
    traceId,
    spanId,
    parentSpanId: continued?.context.spanId ?? '',
    traceState: continued?.state ?? '',
    link: link && { traceId: link.traceId, spanId: link.spanId },
    routePath: route?.path ?? '',
    scheme: schemeOf(exchange.head, peer),
    access,
    // If the trace is not sampled, its attempts have no spans.
    attempts: isSampled ? access.tries.map((attempt, at) => spanOf(attempt, { trace, at, access })) : [],
  });
}

function spanOf(
  attempt: AttemptRecord,
  { trace, at, access }: { readonly trace: Trace; readonly at: number; readonly access: AccessRecord },
): AttemptSpan {
  const isAnswered = at === access.tries.length - 1 && access.upstreamDuration >= 0;
  return {
    ...attempt,
    spanId: trace.attemptId(at + 1),
    status: isAnswered ? access.status : 0,
  };
}

/** podway believes what a trusted peer reports of its own client. */
function schemeOf({ forwardedProto }: RequestHead, { trusted, proto }: Peer): string {
  if (!trusted) return proto;
  const forwarded = forwardedProto.toLowerCase();
  return forwarded === 'http' || forwarded === 'https' ? forwarded : proto;
}
