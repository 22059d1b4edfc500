import type { LocalSettings } from '../../../http2/session/local-settings.ts';

/** Bytes of one response that may come before the client takes them: what a stream that is not read holds in this process. */
const STREAM_WINDOW = 65_536;
/** Bytes of all responses of one connection that the pod may send ahead. */
const SESSION_WINDOW = 1_048_576;
/** What RFC 9113 section 6.5.2 adds to every field of a header list. */
const FIELD_OVERHEAD = 32;
/** Malformed messages of one connection: requests of clients choose which of a pod's responses come. */
const INVALID = { burst: 100, perSecond: 10 };

/** What pods that speak HTTP/2 are allowed: bytes and fields of a response's head. */
export function podSettings({
  head,
  fields,
}: {
  readonly head: number;
  readonly fields: number;
}): LocalSettings {
  return {
    role: 'client',
    streams: 0,
    streamWindow: STREAM_WINDOW,
    connectionWindow: SESSION_WINDOW,
    fields: { size: head + fields * FIELD_OVERHEAD, fields },
    connectProtocol: false,
    // A pod that gives up its streams harms no other.
    resets: { burst: Number.POSITIVE_INFINITY, perSecond: 0 },
    invalid: INVALID,
  };
}
