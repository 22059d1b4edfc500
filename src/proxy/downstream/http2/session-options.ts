import type { WorkerSettings } from '../../../boundary/settings.ts';
import type { LocalSettings } from '../../../http2/session/local-settings.ts';

/** Beside `maxRequestFields`: a cookie may come as so many crumbs, which are one field (RFC 9113 section 8.2.3). */
const CRUMBS = 256;
/** What RFC 9113 section 6.5.2 adds to every field of a header list. */
const FIELD_OVERHEAD = 32;

/** What clients of HTTP/2 are allowed. A head within it may still be too long for the parser, which answers. */
export function sessionOptions(settings: WorkerSettings): LocalSettings {
  const { http2Streams, http2StreamWindow, http2ConnectionWindow, http2Resets, http2Invalid } = settings;
  const fields = settings.maxRequestFields + CRUMBS;
  return {
    role: 'server',
    streams: http2Streams,
    streamWindow: http2StreamWindow,
    connectionWindow: http2ConnectionWindow,
    fields: { size: settings.maxRequestHead + fields * FIELD_OVERHEAD, fields },
    connectProtocol: settings.upgrades.includes('websocket'),
    resets: http2Resets,
    invalid: { burst: http2Invalid, perSecond: 0 },
  };
}
