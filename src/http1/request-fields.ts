import { idMask } from './canonical-lines.ts';
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
  /** Other fields that a proxy in front may have set. */
  forwarded: 16,
  /** podway does nothing with it, but `Connection` must not remove it, because that would change what the body means. */
  kept: 17,
  authorization: 18,
  hops: 19,
  /** These three only if podway distinguishes browsers from other clients, see `BROWSER_FIELDS`. */
  origin: 20,
  fetchSite: 21,
  referer: 22,
  /** These three only if podway traces, see `TRACE_FIELDS`. */
  traceparent: 23,
  tracestate: 24,
  baggage: 25,
} as const;

const { other, host, websocketKey, kept, authorization, origin, fetchSite, referer } = REQUEST_FIELD;

/**
 * Ids of the fields that podway forwards from every client, trusted or not. A field that DROP_HEADERS or the client's
 * `Connection` names has another id, so podway does not forward it.
 */
export const PASSED_FIELDS = idMask(
  other,
  host,
  websocketKey,
  kept,
  authorization,
  origin,
  fetchSite,
  referer,
);

/** Fields by which a browser names the page that sends a request. They go to the pod. */
export const BROWSER_FIELDS = [
  ['origin', REQUEST_FIELD.origin],
  ['sec-fetch-site', REQUEST_FIELD.fetchSite],
  ['referer', REQUEST_FIELD.referer],
] as const;

/**
 * The index of request field names. Many connections share one, because it is larger than an idle connection should be.
 * `Proxy-Authorization` is for the proxy that requested it, which would be podway (RFC 9110 11.7.2). `Trailer` is
 * dropped because request trailers are.
 *
 * @param apiKeyHeader in lower case; not forwarded by default
 * @param dropped in lower case; never forwarded, including `authorization` and `content-type`
 * @param more names with their ids, in lower case; they keep these ids even if `dropped` names them
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
      ['transfer-encoding', id.transferEncoding],
      ['connection', id.connection],
      ['upgrade', id.upgrade],
      ['te', id.te],
      ['expect', id.expect],
      ['sec-websocket-key', id.websocketKey],
      ...more,
      ...dropped.map((name) => [name, id.dropped] as const),
      ['content-type', id.kept],
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
    ],
    [['x-forwarded-', id.forwarded]],
  );
}
