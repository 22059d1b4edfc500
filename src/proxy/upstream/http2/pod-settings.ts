import { fieldLimits } from '../../../http2/hpack/decoder.ts';
import type { LocalSettings } from '../../../http2/session/local-settings.ts';

/** Maximum bytes of one response that the worker holds until the client accepts them. */
const STREAM_WINDOW = 65_536;
/** Maximum bytes of all responses of one connection that the pod may have in transit. */
const SESSION_WINDOW = 1_048_576;
/**
 * Malformed messages of one connection. They are allowed at a rate, since clients can choose requests with malformed
 * responses.
 */
const INVALID = { burst: 100, perSecond: 10 };

/** Limits of one connection to a pod. */
export interface SessionLimits {
  /** Maximum open streams; fewer if the pod allows fewer. */
  readonly streams: number;
  /** Maximum bytes and fields of a response head. */
  readonly head: number;
  readonly fields: number;
  /** Milliseconds within which the pod must send its SETTINGS. */
  readonly opening: number;
}

/** The limits for pods that use HTTP/2. */
export function podSettings({ head, fields }: Pick<SessionLimits, 'head' | 'fields'>): LocalSettings {
  return {
    role: 'client',
    streams: 0,
    streamWindow: STREAM_WINDOW,
    connectionWindow: SESSION_WINDOW,
    fields: fieldLimits(head, fields),
    connectProtocol: false,
    // Resets of a pod harm no other pod, so they are not limited.
    resets: { burst: Number.POSITIVE_INFINITY, perSecond: 0 },
    invalid: INVALID,
  };
}
