import { performance } from 'node:perf_hooks';
import type { Route } from '../routing/route.ts';
import type { Exchange } from './exchange.ts';
import type { Plane } from './plane.ts';
import { SeriesCounts } from './series-counts.ts';

/** Counts a finished exchange and writes its log line. `status` 0: the connection was closed without an answer. */
export function recordExchange(exchange: Exchange, plane: Plane, status: number, reason: string): void {
  const { decision, head, attempt } = exchange;
  const duration = (performance.now() - exchange.startedAt) / 1000;
  const route = decision?.kind === 'hangup' ? undefined : decision?.route;
  if (route === undefined) {
    plane.ledger.refused(reason);
  } else {
    const namespace =
      attempt?.endpoint.namespace ?? (route.namespaces.length === 1 ? (route.namespaces[0] ?? '') : '');
    seriesOf(plane, route, namespace).count(head.method, status, duration, attempt?.responseHeadTime ?? -1);
  }
  if (plane.hooks.access !== undefined) logExchange(exchange, plane, { status, reason, duration, route });
}

/** Its route holds it: nobody has to look for it, or to let it go. */
function seriesOf({ ledger }: Plane, route: Route, namespace: string): SeriesCounts {
  if (route.counts instanceof SeriesCounts) return route.counts.of(namespace);
  const first = ledger.series(route, namespace);
  route.counts = first;
  return first;
}

interface Outcome {
  readonly status: number;
  readonly reason: string;
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
    bytesSent: tunnel?.bytesSent ?? attempt?.relay?.bytesSent ?? 0,
    bytesReceived: tunnel?.bytesReceived ?? exchange.body?.bytes ?? 0,
    duration,
    upstreamAddress: endpoint === undefined ? '' : authority(endpoint.address, endpoint.port),
    upstreamDuration: attempt?.responseHeadTime ?? -1,
    attempts: exchange.attempts,
    route: route === undefined ? '' : route.host + route.path,
    namespace: endpoint?.namespace ?? '',
    pod: endpoint?.pod ?? '',
    reason,
    requestId: exchange.requestId,
    referer: fieldValue(head.text, 'referer'),
    userAgent: fieldValue(head.text, 'user-agent'),
    tunnel: tunnel !== undefined,
  });
}

function authority(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Only for the log, where it may cost a search: the first line of that name in the head as received. */
function fieldValue(head: string, name: 'referer' | 'user-agent'): string {
  const found = FIELD[name].exec(head);
  return found?.[1]?.trim() ?? '';
}

const FIELD = { referer: /\r\nreferer:([^\r]*)/i, 'user-agent': /\r\nuser-agent:([^\r]*)/i };
