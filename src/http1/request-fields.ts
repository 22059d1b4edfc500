import { DROPPED_FIELD, FieldNames, OTHER_FIELD } from './field-names.ts';

/** Ids of the request fields that the router acts on, removes or sets. */
export const REQUEST_FIELD = {
  other: OTHER_FIELD,
  dropped: DROPPED_FIELD,
  host: 2,
  contentLength: 3,
  transferEncoding: 4,
  connection: 5,
  upgrade: 6,
  te: 7,
  expect: 8,
  key: 9,
  websocketKey: 10,
  requestId: 11,
  forwardedFor: 12,
  forwardedProto: 13,
  forwardedHost: 14,
  forwardedPort: 15,
  /** What else a proxy in front may have set. */
  forwarded: 16,
  /** Nothing to do, but `Connection` must not name it away (it would change what the body means). */
  kept: 17,
  authorization: 18,
  hops: 19,
  /** These three only where browsers are distinguished from other clients, see `BROWSER_FIELDS`. */
  origin: 20,
  fetchSite: 21,
  referer: 22,
  /** These three only where podway traces, see `TRACE_FIELDS`. */
  traceparent: 23,
  tracestate: 24,
  baggage: 25,
} as const;

/** By which a browser says whose page sends a request. They go to the pod. */
export const BROWSER_FIELDS = [
  ['origin', REQUEST_FIELD.origin],
  ['sec-fetch-site', REQUEST_FIELD.fetchSite],
  ['referer', REQUEST_FIELD.referer],
] as const;

/**
 * The index of request field names, one for many connections: it is larger than an idle connection should be.
 * `apiKeyHeader` and `dropped`, which go no further, in lower case; `more` go to the pod. `Proxy-Authorization` is for the next proxy that asked
 * for it, and that would be this one (RFC 9110 11.7.2); `Trailer` goes because request trailers do.
 */
export function requestFieldNames(
  apiKeyHeader: string,
  dropped: readonly string[] = [],
  more: readonly (readonly [string, number])[] = [],
): FieldNames {
  const id = REQUEST_FIELD;
  return new FieldNames(
    [
      [apiKeyHeader, id.key],
      ['host', id.host],
      ['content-length', id.contentLength],
      ['content-type', id.kept],
      ['transfer-encoding', id.transferEncoding],
      ['connection', id.connection],
      ['upgrade', id.upgrade],
      ['te', id.te],
      ['expect', id.expect],
      ['sec-websocket-key', id.websocketKey],
      ['authorization', id.authorization],
      ['x-request-id', id.requestId],
      ['x-forwarded-for', id.forwardedFor],
      ['x-forwarded-proto', id.forwardedProto],
      ['x-forwarded-host', id.forwardedHost],
      ['x-forwarded-port', id.forwardedPort],
      ['forwarded', id.forwarded],
      ['x-real-ip', id.forwarded],
      ['x-podway-hops', id.hops],
      ['keep-alive', id.dropped],
      ['proxy-connection', id.dropped],
      ['proxy-authorization', id.dropped],
      ['http2-settings', id.dropped],
      ['trailer', id.dropped],
      ...more,
      ...dropped.map((name) => [name, id.dropped] as const),
    ],
    [['x-forwarded-', id.forwarded]],
  );
}
