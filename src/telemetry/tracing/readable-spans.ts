import { createTraceState, type Link, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { REASONS } from '../../boundary/reasons.ts';
import type { AttemptSpan, SpanRecord } from '../../boundary/span-record.ts';
import { withoutQuery } from '../../wiring/without-query.ts';

/** A span in the form that the official exporter accepts. */
export type ReadableSpan = Parameters<OTLPTraceExporter['export']>[0][number];

type Attributes = ReadableSpan['attributes'];

/** Where spans come from: the same for all spans of a process. */
export interface SpanOrigin {
  readonly resource: ReadableSpan['resource'];
  readonly scope: ReadableSpan['instrumentationScope'];
}

/** The methods of the semantic conventions. Every other method is `_OTHER`, so that clients cannot add values. */
const METHODS = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]);

/** The span of a request, and one for each attempt, with the names of OpenTelemetry's semantic conventions for HTTP. */
export function readableSpans(record: SpanRecord, origin: SpanOrigin): ReadableSpan[] {
  return [
    serverSpan(record, origin),
    ...record.attempts.map((attempt, at) => clientSpan(record, origin, { attempt, at })),
  ];
}

function serverSpan(record: SpanRecord, origin: SpanOrigin): ReadableSpan {
  const { traceId, spanId, parentSpanId, traceState, link, access } = record;
  const { time, duration } = access;
  const error = serverError(record);
  return {
    ...whole(origin, time, duration),
    name: nameOf(record),
    kind: SpanKind.SERVER,
    spanContext: () => contextOf(traceId, spanId, traceState),
    ...(parentSpanId !== '' && {
      parentSpanContext: { ...contextOf(traceId, parentSpanId, traceState), isRemote: true },
    }),
    status: { code: error === '' ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
    attributes: { ...serverAttributes(record), ...(error !== '' && { 'error.type': error }) },
    links: link === undefined ? [] : [linkTo(link)],
  };
}

function clientSpan(
  record: SpanRecord,
  origin: SpanOrigin,
  { attempt, at }: { readonly attempt: AttemptSpan; readonly at: number },
): ReadableSpan {
  const { traceId, spanId, traceState } = record;
  const { time, duration, status } = attempt;
  const error = attempt.error !== '' ? attempt.error : status >= 400 ? String(status) : '';
  return {
    ...whole(origin, time, duration),
    name: nameOf(record),
    kind: SpanKind.CLIENT,
    spanContext: () => contextOf(traceId, attempt.spanId, traceState),
    parentSpanContext: contextOf(traceId, spanId, traceState),
    status: { code: error === '' ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
    attributes: { ...clientAttributes(record, attempt, at), ...(error !== '' && { 'error.type': error }) },
    links: [],
  };
}

/** Fields that all spans have. Times are in milliseconds since 1970, durations in seconds. */
function whole({ resource, scope }: SpanOrigin, time: number, duration: number) {
  const nothing = { droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 };
  return {
    ...nothing,
    startTime: hrTime(time),
    endTime: hrTime(time + duration * 1_000),
    duration: hrTime(duration * 1_000),
    ended: true,
    events: [],
    resource,
    instrumentationScope: scope,
  };
}

function hrTime(milliseconds: number): [number, number] {
  const seconds = Math.floor(milliseconds / 1_000);
  return [seconds, Math.round((milliseconds - seconds * 1_000) * 1e6)];
}

function contextOf(traceId: string, spanId: string, state: string) {
  const traceState = state === '' ? {} : { traceState: createTraceState(state) };
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, ...traceState };
}

function linkTo({ traceId, spanId }: { readonly traceId: string; readonly spanId: string }): Link {
  return { context: { traceId, spanId, traceFlags: TraceFlags.NONE, isRemote: true } };
}

/** A name with few different values: it never contains a path that a client chose. */
function nameOf({ routePath, access: { method } }: SpanRecord): string {
  const known = METHODS.has(method) ? method : 'HTTP';
  return routePath === '' ? known : `${known} ${routePath}`;
}

/** '' if there is no error: a mistake of a client is no error of the server. */
function serverError({ access: { status, reason } }: SpanRecord): string {
  if (reason !== '' && (status >= 500 || REASONS[reason].fault === 'pod')) return reason;
  return status >= 500 ? String(status) : '';
}

function serverAttributes({ routePath, scheme, access }: SpanRecord): Attributes {
  const { clientAddress, reason, requestId, userAgent, protocol, tls } = access;
  return {
    ...methodAttributes(access.method),
    ...(access.status > 0 && { 'http.response.status_code': access.status }),
    ...(routePath !== '' && { 'http.route': routePath }),
    ...hostAttributes(access.host),
    'url.scheme': scheme,
    'url.path': withoutQuery(access.target.replace(/^https?:\/\/[^/?#]*/i, '')),
    'client.address': clientAddress,
    'network.peer.address': clientAddress,
    ...(protocol !== '' && { 'network.protocol.version': VERSIONS[protocol] }),
    ...(tls !== undefined && { 'tls.protocol.version': tls.version.replace(/^TLSv/, '') }),
    ...(userAgent !== '' && { 'user_agent.original': userAgent }),
    'http.request.body.size': access.bytesReceived,
    'http.response.body.size': access.bytesSent,
    'podway.request_id': requestId,
    ...(reason !== '' && { 'podway.reason': reason }),
    ...(access.tunnel && { 'podway.tunnel': true }),
  };
}

const VERSIONS = { 'HTTP/1.0': '1.0', 'HTTP/1.1': '1.1', 'HTTP/2.0': '2' } as const;

function clientAttributes({ access }: SpanRecord, attempt: AttemptSpan, at: number): Attributes {
  const { address, port } = placeOf(attempt.address);
  return {
    ...methodAttributes(access.method),
    ...(attempt.status > 0 && { 'http.response.status_code': attempt.status }),
    ...(at > 0 && { 'http.request.resend_count': at }),
    'server.address': address,
    'server.port': port,
    'network.peer.address': address,
    'network.peer.port': port,
    'podway.upstream.namespace': attempt.namespace,
    'podway.upstream.pod': attempt.pod,
  };
}

function methodAttributes(method: string): Attributes {
  if (METHODS.has(method)) return { 'http.request.method': method };
  return { 'http.request.method': '_OTHER', 'http.request.method_original': method };
}

function hostAttributes(host: string): Attributes {
  if (host === '') return {};
  const port = /:(\d{1,5})$/.exec(host);
  if (port === null) return { 'server.address': host };
  return { 'server.address': host.slice(0, port.index), 'server.port': Number(port[1]) };
}

/** Splits `ip:port`, as the access log has it. */
function placeOf(text: string): { readonly address: string; readonly port: number } {
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}
