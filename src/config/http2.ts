import { duration, flag, grammar, type Grammar, size, whole } from './grammar.ts';
import { setting } from './setting.ts';

/** A limit: `burst` events at once, and `perSecond` more in each second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

const MAX_RATE = 1_000_000;

/** Settings for clients that use HTTP/2. */
export const HTTP2 = {
  http2: setting('HTTP2', 'true', flag(), 'Offer HTTP/2, in addition to HTTP/1.1, to clients that use TLS'),
  http2Plain: setting(
    'HTTP2_PLAIN',
    'false',
    flag(),
    'Accept HTTP/2 without TLS, in addition to HTTP/1.1, on `PORT` from clients that begin with its preface (prior knowledge)',
  ),
  http2Streams: setting(
    'HTTP2_STREAMS',
    '128',
    whole(1, 10_000),
    'Maximum number of concurrent requests on one HTTP/2 connection of a client; podway refuses further ones, which clients may repeat',
  ),
  http2StreamWindow: setting(
    'HTTP2_STREAM_WINDOW',
    '64k',
    size('1k', '16m'),
    'Bytes of one request body that an HTTP/2 client may send before the pod reads any',
  ),
  http2ConnectionWindow: setting(
    'HTTP2_CONNECTION_WINDOW',
    '1m',
    size('64k', '64m'),
    'Bytes of all request bodies of one HTTP/2 connection that may be in transit together',
  ),
  http2Resets: setting(
    'HTTP2_RESETS',
    '200+33/s',
    rate(),
    'Number of requests that an HTTP/2 client may cancel in a burst, and then per second; above that, podway closes the connection',
  ),
  http2Invalid: setting(
    'HTTP2_INVALID',
    '100',
    whole(1, 100_000),
    'Number of malformed messages and frames after which podway closes an HTTP/2 connection',
  ),
  maxConnectionAge: setting(
    'MAX_CONNECTION_AGE',
    '0s',
    duration('0s', '168h'),
    'Age, plus or minus a tenth, after which podway accepts no further request on an HTTP/2 connection of a client (GOAWAY), so that clients reconnect and reach new replicas; 0 = no limit',
  ),
} as const;

function rate(): Grammar<Rate> {
  return grammar(`a burst and a rate such as 200+33/s, each from 1 to ${MAX_RATE}`, (text) => {
    const parts = /^(\d{1,7})\+(\d{1,7})\/s$/.exec(text);
    const [burst, perSecond] = [Number(parts?.[1]), Number(parts?.[2])];
    return isWithin(burst) && isWithin(perSecond) ? { burst, perSecond } : undefined;
  });
}

function isWithin(value: number): boolean {
  return value >= 1 && value <= MAX_RATE;
}
