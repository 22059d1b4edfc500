import type { WorkerSettings } from '../../../boundary/settings.ts';
import { fieldLimits } from '../../../http2/hpack/decoder.ts';
import type { LocalSettings } from '../../../http2/session/local-settings.ts';

/** Fields in addition to `maxRequestFields`: a client may split one cookie into many fields (RFC 9113 section 8.2.3). */
const MAX_COOKIE_CRUMBS = 256;

/**
 * The limits for HTTP/2 clients. A head within these limits may be too long for the parser: then podway answers with an
 * error.
 */
export function sessionOptions(settings: WorkerSettings): LocalSettings {
  const { http2Streams, http2StreamWindow, http2ConnectionWindow, http2Resets, http2Invalid } = settings;
  return {
    role: 'server',
    streams: http2Streams,
    streamWindow: http2StreamWindow,
    connectionWindow: http2ConnectionWindow,
    fields: fieldLimits(settings.maxRequestHead, settings.maxRequestFields + MAX_COOKIE_CRUMBS),
    connectProtocol: settings.upgrades.includes('websocket'),
    resets: http2Resets,
    invalid: { burst: http2Invalid, perSecond: 0 },
  };
}

/** A random tenth more or less, so that clients that connected at the same time do not reconnect at the same time. */
export function ageOf(age: number): number {
  return age === 0 ? Number.POSITIVE_INFINITY : age * (0.9 + Math.random() * 0.2);
}
