import { performance } from 'node:perf_hooks';
import type { AccessRecord } from '../../boundary/access-record.ts';
import { type Reason, REASONS } from '../../boundary/reasons.ts';
import type { ResponseRule } from '../../boundary/response-rules.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { firstValue } from '../../http1/request-values.ts';
import { recordAttemptFailure } from '../../routing/ejection.ts';
import type { Decision } from '../../routing/decision.ts';
import type { Route } from '../../routing/route.ts';
import { authority } from '../../wiring/authority.ts';
import type { RouteTally } from '../../routing/tallies.ts';
import { allAttempts, type AttemptNeeds, notePodAnswer } from './attempt-record.ts';
import type { SendQueue, UpstreamRequest } from './ends.ts';
import { HEALTHY } from './health-check.ts';
import type { ExchangeNeeds } from './needs.ts';
import { noteOwnAnswer } from './note-own-answer.ts';
import { requestIdOf } from './request-id.ts';
import type { Trace } from '../tracing/trace.ts';
import { recordedTrace, recordSpans, type TracedExchange } from './trace-exchange.ts';
import type { Tries } from './tries.ts';

export type RecordNeeds = AttemptNeeds &
  Pick<ExchangeNeeds, 'table' | 'ids' | 'clock' | 'tracer' | 'ownAnswers'>;

/** An exchange that is over, as far as it is counted and logged. */
export interface Finished extends TracedExchange {
  readonly head: RequestHead;
  readonly downstream: { readonly peer: Peer; readonly sendQueue: SendQueue };
  /** When the first byte of the request came, in milliseconds of performance.now(). */
  readonly startedAt: number;
  readonly decision: Decision | undefined;
  /** The last try. */
  readonly request: UpstreamRequest | undefined;
  readonly attempts: number;
  /** Undefined if no try has failed. */
  readonly tries: Tries | undefined;
  /** Seconds from request to response head; -1 without a response head. */
  readonly responseHeadTime: number;
  readonly requestId: string;
  /** The rule that the pod's response broke. */
  readonly detail: ResponseRule | '';
  /** Size of the body of podway's own answer, in bytes. */
  readonly ownBytes: number;
  readonly body: { readonly bytes: number } | undefined;
  readonly response: { readonly bytes: number } | undefined;
  readonly tunnel: { readonly bytesSent: number; readonly bytesReceived: number } | undefined;
}

/** Records a whole answer when its last byte has left: the time of a slow reader is part of the duration. */
export function recordWhole(
  exchange: Finished,
  needs: RecordNeeds,
  status: number,
  reason: Reason | '',
): void {
  const { sendQueue } = exchange.downstream;
  if (sendQueue.queued === 0) {
    recordExchange(exchange, needs, status, reason);
    return;
  }
  sendQueue.whenSent((all) => {
    recordExchange(exchange, needs, status, all || reason !== '' ? reason : 'client-left');
  });
}

/** Counts a finished exchange and writes its log line. `status` 0: the connection was closed without an answer. */
export function recordExchange(
  exchange: Finished,
  needs: RecordNeeds,
  status: number,
  reason: Reason | '',
): void {
  const { decision, head, request, responseHeadTime } = exchange;
  const { counts } = needs;
  if (head.decomposed) counts.queryargs.restored += 1;
  const duration = (performance.now() - exchange.startedAt) / 1000;
  const route = decision?.kind === 'hangup' ? undefined : decision?.route;
  if (route === undefined) {
    if (reason !== '' && reason !== HEALTHY && reason !== 'https-redirect') counts.refused(reason);
    if (status > 0) counts.unrouted.answered(head.method, status);
  } else {
    if (reason !== '' && REASONS[reason].fault !== 'none') counts.failed(reason);
    if (exchange.detail !== '') counts.badResponse(exchange.detail);
    if (reason === 'key-refused') needs.incidents.keyRefused = true;
    const namespace =
      request?.endpoint.namespace ?? (route.namespaces.length === 1 ? (route.namespaces[0] ?? '') : '');
    countsOf(needs, route, namespace).count(head.method, status, duration, responseHeadTime);
  }
  if (request !== undefined && responseHeadTime >= 0) {
    if (status === 403) needs.table.keys.get(request.endpoint.namespace)?.refusedByPod();
    // A pod that answers with errors at once has few requests in flight. It must not attract more requests by this.
    if (status >= 500)
      recordAttemptFailure(request.endpoint.health, needs.clock.now, request.endpoint.options.connectTimeout);
    notePodAnswer(needs, request.endpoint, status, responseHeadTime);
  }
  if (reason !== '' && responseHeadTime < 0)
    noteOwnAnswer(exchange, needs, { status, reason, duration, route });
  if (needs.access !== undefined || needs.tracer !== undefined)
    report(exchange, needs, { status, reason, duration, route });
}

/** The route holds its counts, so they need neither a search nor a release. */
function countsOf({ counts }: RecordNeeds, route: Route, namespace: string): RouteTally {
  if (route.counts !== undefined) return route.counts.of(namespace);
  const first = counts.series(route, namespace);
  route.counts = first;
  return first;
}

interface Logged {
  readonly status: number;
  readonly reason: Reason | '';
  readonly duration: number;
  readonly route: Route | undefined;
}

/** Writes the log line and the spans. */
function report(exchange: Finished, needs: RecordNeeds, logged: Logged): void {
  const { access, tracer } = needs;
  const isTraced = tracer !== undefined && logged.reason !== HEALTHY;
  const trace = isTraced ? recordedTrace(exchange, tracer, logged.status) : undefined;
  if (access === undefined && trace === undefined) return;
  const record = accessRecord(exchange, needs, { ...logged, trace });
  access?.(record);
  if (trace !== undefined && tracer !== undefined)
    recordSpans(exchange, tracer, { trace, route: logged.route, access: record });
}

function accessRecord(
  exchange: Finished,
  needs: RecordNeeds,
  { status, reason, duration, route, trace }: Logged & { readonly trace: Trace | undefined },
): AccessRecord {
  const { head, request, downstream, tunnel, tries } = exchange;
  const isNoted = request !== undefined && tries?.hasNoted(request) === true;
  const endpoint = request?.endpoint;
  return {
    time: Date.now() - duration * 1000,
    clientAddress: downstream.peer.address,
    method: head.method,
    target: head.target,
    host: head.host,
    protocol: head.version === 2 ? 'HTTP/2.0' : head.minor === 1 ? 'HTTP/1.1' : 'HTTP/1.0',
    status,
    bytesSent: exchange.ownBytes + (tunnel?.bytesSent ?? exchange.response?.bytes ?? 0),
    bytesReceived: tunnel?.bytesReceived ?? exchange.body?.bytes ?? 0,
    duration,
    upstreamAddress: request === undefined ? '' : authority(request),
    upstreamDuration: exchange.responseHeadTime,
    attempts: exchange.attempts,
    tries: allAttempts(tries?.attempts ?? [], isNoted ? undefined : request, reason),
    route: route === undefined ? '' : route.host + route.path,
    namespace: endpoint?.namespace ?? '',
    pod: endpoint?.pod ?? '',
    reason,
    detail: exchange.detail,
    // A request that podway closed without an answer, or whose client left before podway asked a pod, has no id yet.
    requestId: exchange.requestId || requestIdOf(head, downstream.peer, needs.ids),
    referer: firstValue(head, 'referer'),
    userAgent: firstValue(head, 'user-agent'),
    tunnel: tunnel !== undefined,
    decomposed: head.decomposed,
    tls: downstream.peer.tls,
    traceId: (exchange.trace ?? trace)?.traceId,
  };
}
