import { duration, flag, grammar, type Grammar, size, whole } from './grammar.ts';
import { setting } from './setting.ts';

/** So many at once, and so many more in each second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

const MOST = 1_000_000;

/** The part of the table that bounds clients of HTTP/2. */
export const HTTP2 = {
  http2: setting('HTTP2', 'true', flag(), 'Offer HTTP/2 to clients that come by TLS, beside HTTP/1.1'),
  http2Plain: setting(
    'HTTP2_PLAIN',
    'false',
    flag(),
    'Take HTTP/2 on `PORT` from clients that begin with its preface (prior knowledge), beside HTTP/1.1',
  ),
  http2Streams: setting(
    'HTTP2_STREAMS',
    '128',
    whole(1, 10_000),
    'Maximum of requests under way on one HTTP/2 connection; further ones are refused, and clients may repeat them',
  ),
  http2StreamWindow: setting(
    'HTTP2_STREAM_WINDOW',
    '64k',
    size('1k', '16m'),
    'Bytes of one request body that a client of HTTP/2 may send before its pod takes any',
  ),
  http2ConnectionWindow: setting(
    'HTTP2_CONNECTION_WINDOW',
    '1m',
    size('64k', '64m'),
    'Bytes of all request bodies of one HTTP/2 connection that may be on their way at once',
  ),
  http2Resets: setting(
    'HTTP2_RESETS',
    '200+33/s',
    rate(),
    'Requests that a client of HTTP/2 may cancel at once, and further ones in each second; beyond it, the connection ends',
  ),
  http2Invalid: setting(
    'HTTP2_INVALID',
    '100',
    whole(1, 100_000),
    'Invalid frames after which an HTTP/2 connection ends',
  ),
  maxConnectionAge: setting(
    'MAX_CONNECTION_AGE',
    '0s',
    duration('0s', '168h'),
    'Age at which an HTTP/2 connection takes no further request (GOAWAY), give or take a tenth, so that new replicas get clients; 0 = no limit',
  ),
} as const;

function rate(): Grammar<Rate> {
  return grammar(`a burst and a rate such as 200+33/s, each from 1 to ${MOST}`, (text) => {
    const parts = /^(\d{1,7})\+(\d{1,7})\/s$/.exec(text);
    const [burst, perSecond] = [Number(parts?.[1]), Number(parts?.[2])];
    return isWithin(burst) && isWithin(perSecond) ? { burst, perSecond } : undefined;
  });
}

function isWithin(value: number): boolean {
  return value >= 1 && value <= MOST;
}
