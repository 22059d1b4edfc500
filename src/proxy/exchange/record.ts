import { performance } from 'node:perf_hooks';
import type { Reason, RefusalReason } from '../../boundary/reasons.ts';
import type { Route } from '../../routing/route.ts';
import { authority } from '../../wiring/authority.ts';
import { allAttempts, notePodAnswer } from './attempt-record.ts';
import type { DownstreamConnection } from '../downstream/http1/downstream-connection.ts';
import type { Exchange } from './exchange.ts';
import { HEALTHY } from './health-check.ts';
import { requestIdOf } from './pod-request.ts';
import type { Plane } from '../plane.ts';
import { RouteCounts } from '../counts/route-counts.ts';

/** What was asked in vain: a head that could not be read, or that did not come to its end. */
export interface Refusal {
  readonly status: number;
  readonly reason: RefusalReason;
  readonly requestId: string;
  /** Its first byte, in milliseconds of performance.now(). */
  readonly begin: number;
  /** Of the answer's body. */
  readonly bytesSent: number;
}

/** Counts what never became a request, and writes its log line. */
export function recordRefusal(downstream: DownstreamConnection, refusal: Refusal): void {
  const { plane, peer } = downstream;
  const { status, reason, requestId, begin, bytesSent } = refusal;
  plane.ledger.refused(reason);
  plane.ledger.unrouted.answered('', status);
  if (plane.hooks.access === undefined) return;
  const duration = (performance.now() - begin) / 1000;
  plane.hooks.access({
    ...NO_REQUEST,
    time: Date.now() - duration * 1000,
    clientAddress: peer.address,
    status,
    bytesSent,
    duration,
    reason,
    requestId,
  });
}

const NO_REQUEST = {
  method: '',
  target: '',
  host: '',
  protocolMinor: 1,
  bytesReceived: 0,
  upstreamAddress: '',
  upstreamDuration: -1,
  attempts: 0,
  tries: [],
  route: '',
  namespace: '',
  pod: '',
  referer: '',
  userAgent: '',
  tunnel: false,
  detail: '',
} as const;

/** Of a whole answer, when its last byte has left: a slow reader's time is part of the duration. */
export function recordWhole(exchange: Exchange, plane: Plane, status: number, reason: Reason | ''): void {
  const { outbox } = exchange.downstream;
  if (outbox.queued === 0) {
    recordExchange(exchange, plane, status, reason);
    return;
  }
  outbox.whenSent((all) => {
    recordExchange(exchange, plane, status, all || reason !== '' ? reason : 'client-left');
  });
}

/** Counts a finished exchange and writes its log line. `status` 0: the connection was closed without an answer. */
export function recordExchange(exchange: Exchange, plane: Plane, status: number, reason: Reason | ''): void {
  const { decision, head, attempt } = exchange;
  const duration = (performance.now() - exchange.startedAt) / 1000;
  const headTime = attempt?.responseHeadTime ?? -1;
  const route = decision?.kind === 'hangup' ? undefined : decision?.route;
  if (route === undefined) {
    if (reason !== '' && reason !== HEALTHY) plane.ledger.refused(reason);
    if (status > 0) plane.ledger.unrouted.answered(head.method, status);
  } else {
    if (reason !== '' && reason !== 'redirect') plane.ledger.failed(reason);
    if (exchange.detail !== '') plane.ledger.badResponse(exchange.detail);
    if (reason === 'key-refused') plane.incidents.keyRefused = true;
    const namespace =
      attempt?.endpoint.namespace ?? (route.namespaces.length === 1 ? (route.namespaces[0] ?? '') : '');
    seriesOf(plane, route, namespace).count(head.method, status, duration, headTime);
  }
  if (status === 403 && headTime >= 0)
    plane.table.keys.get(attempt?.endpoint.namespace ?? '')?.refusedByPod();
  if (attempt !== undefined && headTime >= 0) notePodAnswer(plane, attempt.endpoint, status, headTime);
  if (plane.hooks.access !== undefined) logExchange(exchange, plane, { status, reason, duration, route });
}

/** Its route holds it: nobody has to look for it, or to let it go. */
function seriesOf({ ledger }: Plane, route: Route, namespace: string): RouteCounts {
  if (route.counts instanceof RouteCounts) return route.counts.of(namespace);
  const first = ledger.series(route, namespace);
  route.counts = first;
  return first;
}

interface Outcome {
  readonly status: number;
  readonly reason: Reason | '';
  readonly duration: number;
  readonly route: Route | undefined;
}

function logExchange(exchange: Exchange, plane: Plane, { status, reason, duration, route }: Outcome): void {
  const { head, attempt, tunnel, downstream } = exchange;
  const endpoint = attempt?.endpoint;
  plane.hooks.access?.({
    time: Date.now() - duration * 1000,
    clientAddress: downstream.peer.address,
    method: head.method,
    target: head.target,
    host: head.host,
    protocolMinor: head.minor,
    status,
    bytesSent: exchange.ownBytes + (tunnel?.bytesSent ?? attempt?.relay?.bytesSent ?? 0),
    bytesReceived: tunnel?.bytesReceived ?? exchange.body?.bytes ?? 0,
    duration,
    upstreamAddress: attempt === undefined ? '' : authority(attempt),
    upstreamDuration: attempt?.responseHeadTime ?? -1,
    attempts: exchange.attempts,
    tries: allAttempts(exchange.failedAttempts, attempt, reason),
    route: route === undefined ? '' : route.host + route.path,
    namespace: endpoint?.namespace ?? '',
    pod: endpoint?.pod ?? '',
    reason,
    detail: exchange.detail,
    // Whoever was closed without an answer, or left before a pod was asked, has none yet.
    requestId: exchange.requestId || requestIdOf(head, downstream),
    referer: fieldValue(head.text, 'referer'),
    userAgent: fieldValue(head.text, 'user-agent'),
    tunnel: tunnel !== undefined,
  });
}

/** Only for the log, where it may cost a search: the first line of that name in the head as received. */
function fieldValue(head: string, name: 'referer' | 'user-agent'): string {
  const found = FIELD[name].exec(head);
  return found?.[1]?.trim() ?? '';
}

const FIELD = { referer: /\r\nreferer:([^\r]*)/i, 'user-agent': /\r\nuser-agent:([^\r]*)/i };
