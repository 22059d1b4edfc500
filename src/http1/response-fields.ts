import { DROPPED_FIELD, FieldNames, OTHER_FIELD } from './field-names.ts';

/** Ids of the response fields that the router acts on, removes or sets. */
export const RESPONSE_FIELD = {
  other: OTHER_FIELD,
  dropped: DROPPED_FIELD,
  contentLength: 2,
  transferEncoding: 3,
  connection: 4,
  keepAlive: 5,
  upgrade: 6,
  websocketAccept: 7,
  contentType: 8,
  date: 9,
  trailer: 10,
  accelBuffering: 11,
  authenticate: 12,
  strictTransport: 13,
} as const;

const id = RESPONSE_FIELD;

/**
 * The index of response field names. X-Accel-* (except -Buffering) and X-Pad have a meaning only for nginx and never
 * reach the client. Proxy-Authenticate is between a proxy and its client, and the pod is not a proxy (RFC 9110 11.7.1).
 */
export const RESPONSE_FIELD_NAMES = new FieldNames(
  [
    ['content-length', id.contentLength],
    ['content-type', id.contentType],
    ['transfer-encoding', id.transferEncoding],
    ['connection', id.connection],
    ['keep-alive', id.keepAlive],
    ['upgrade', id.upgrade],
    ['date', id.date],
    ['trailer', id.trailer],
    ['sec-websocket-accept', id.websocketAccept],
    ['x-accel-buffering', id.accelBuffering],
    ['www-authenticate', id.authenticate],
    ['strict-transport-security', id.strictTransport],
    ['x-pad', id.dropped],
    ['proxy-connection', id.dropped],
    ['proxy-authenticate', id.dropped],
    ['proxy-authentication-info', id.dropped],
  ],
  [['x-accel-', id.dropped]],
);
