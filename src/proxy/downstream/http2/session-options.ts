import type { ServerSessionOptions } from 'node:http2';
import type { WorkerSettings } from '../../../boundary/settings.ts';

/** MB of queued frames and heads of one session; our own windows and budgets stay far below. */
const SESSION_MEMORY = 32;
/** Beside `maxRequestFields`: a cookie may come as so many crumbs, which are one field (RFC 9113 section 8.2.3). */
const CRUMBS = 256;
/** What RFC 9113 section 6.5.2 adds to every field of a header list. */
const FIELD_OVERHEAD = 32;

/**
 * What clients of HTTP/2 are allowed. Node's own defaults allow 2^32 - 1 streams, a thousand invalid frames and a thousand
 * resets.
 */
export function sessionOptions(settings: WorkerSettings): ServerSessionOptions {
  const { http2Streams, http2StreamWindow, http2Resets, http2Invalid, upgrades } = settings;
  const pairs = settings.maxRequestFields + CRUMBS;
  return {
    settings: {
      maxConcurrentStreams: http2Streams,
      initialWindowSize: http2StreamWindow,
      // Node enforces it only after the client has acknowledged our SETTINGS: the parser counts again.
      maxHeaderListSize: settings.maxRequestHead + pairs * FIELD_OVERHEAD,
      enablePush: false,
      enableConnectProtocol: upgrades.includes('websocket'),
    },
    maxHeaderListPairs: pairs,
    maxSessionMemory: SESSION_MEMORY,
    maxSessionInvalidFrames: http2Invalid,
    maxSessionRejectedStreams: http2Streams,
    streamResetBurst: http2Resets.burst,
    streamResetRate: http2Resets.perSecond,
    // A value with white space around it is trimmed by the parser, as in HTTP/1.1. Strict, Node would drop the field.
    strictFieldWhitespaceValidation: false,
    // Pods may repeat fields; Node would throw.
    strictSingleValueFields: false,
  };
}
