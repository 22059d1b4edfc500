/** Faults, delays and silence of clients, as data: group DF of the catalogue. */
import { chunked, forwarded, get, head, post } from '../fixtures/check.ts';
import {
  RECONNECT,
  answered,
  FIN,
  FORWARDED,
  GET,
  GONE,
  mark,
  pause,
  relayed,
  RST,
  sees,
  when,
  type Conversation,
  type Step,
} from '../fixtures/conversation.ts';
import { ok } from '../fixtures/origin.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';

const DATE = 'Date: <date>';
const HOST = 'Host: t.local';
const CHUNKED = 'Transfer-Encoding: chunked';
/** The response that the client gets for `ok(body)`. */
const fine = (body: string, ...lines: string[]): string =>
  relayed('200 OK', [DATE, `Content-Length: ${body.length}`, ...lines], body);
/** The response that the client gets from a pod that sends its name. */
const own = (line: string, ...lines: string[]): string =>
  relayed('200 OK', ['X-Origin: o1', DATE, `Content-Length: ${`o1 ${line}`.length}`, ...lines], `o1 ${line}`);

/** HALF_CLOSE_TIMEOUT in milliseconds; the router checks its clock in steps of 50. */
const HALF_CLOSE = 50;
const CLIENT_CLOSED: readonly Step[] = [pause(4 * HALF_CLOSE), FIN];
const settings = { halfCloseTimeout: HALF_CLOSE };
const FLOW = `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n5\r\nabcde\r\n`;
const SEEN_FLOW = relayed('200 OK', [DATE, CHUNKED], '5\r\nabcde\r\n');
const upload = (length: number, ...lines: string[]): string =>
  head('POST / HTTP/1.1', HOST, `Content-Length: ${length}`, ...lines);
const uploaded = (length: number, body: string): string =>
  forwarded('POST /', [HOST, `Content-Length: ${length}`], body);

/** A client disconnects: podway frees its pod, counts no failure of the pod, and tries no other pod. */
function leaves(
  name: string,
  does: readonly Step[],
  client: readonly Step[],
  logged: string,
  upstream = FORWARDED,
): Conversation {
  return {
    name,
    pods: { o1: { scripts: [[mark('asked'), ...does, GONE]] }, o2: {} },
    settings,
    client,
    upstream: { o1: [upstream] },
    after: 'left',
    log: [logged],
  };
}

export const LEAVING: readonly Conversation[] = [
  leaves(
    'FIN before the response (P21, DF-07)',
    [],
    [GET, when('asked'), ...CLIENT_CLOSED],
    '499 client-left',
  ),
  leaves('RST before the response (P21, DF-07)', [], [GET, when('asked'), RST], '499 client-left'),
  leaves(
    'FIN within the response (DF-07)',
    [FLOW],
    [GET, sees(SEEN_FLOW), ...CLIENT_CLOSED],
    '200 client-left',
  ),
  leaves('RST within the response (DF-07)', [FLOW], [GET, sees(SEEN_FLOW), RST], '200 client-left'),
  leaves(
    'RST within the upload (DF-07)',
    [],
    [`${upload(100)}abc`, when('asked'), RST],
    '499 client-left',
    uploaded(100, 'abc'),
  ),
  {
    name: 'FIN after the request: the response is delivered (DF-09)',
    pods: { o1: { scripts: [[when('ended'), ok('served')]] } },
    client: [GET, FIN, mark('ended'), sees(fine('served'))],
    upstream: { o1: [FORWARDED] },
    after: 'closed',
    log: ['200'],
  },
  {
    name: 'FIN after the request and its body: the response is delivered (DF-09)',
    pods: { o1: {} },
    client: [`${upload(3)}abc`, FIN, sees(own('POST /'))],
    upstream: { o1: [uploaded(3, 'abc')] },
    after: 'closed',
  },
  {
    name: 'FIN within a body with a length: 400, and the pod never gets a complete body (DF-10)',
    pods: { o1: { scripts: [[mark('asked'), GONE]] } },
    client: [`${upload(10)}abc`, when('asked'), FIN, sees(answered('400 Bad Request', 'body-cut', 'close'))],
    upstream: { o1: [uploaded(10, 'abc')] },
    after: 'closed',
  },
  {
    name: 'FIN within a chunked body: no last chunk reaches the pod (DF-10, SM-31)',
    pods: { o1: { scripts: [[mark('asked'), GONE]] } },
    client: [
      `${head('POST / HTTP/1.1', HOST, CHUNKED)}3\r\nabc\r\n`,
      when('asked'),
      FIN,
      sees(answered('400 Bad Request', 'body-cut', 'close')),
    ],
    upstream: { o1: [forwarded('POST /', [HOST, CHUNKED], '3\r\nabc\r\n')] },
    after: 'closed',
  },
  {
    name: 'the rest of a response to a client that disconnected never reaches another client (DF-27)',
    pods: { o1: { scripts: [[FLOW, GONE, '5\r\nEVIL!\r\n0\r\n\r\n', mark('gone')]] } },
    client: [GET, sees(SEEN_FLOW), RST, when('gone'), RECONNECT, GET, sees(own('GET /'))],
    upstream: { o1: [FORWARDED, FORWARDED] },
    after: 'kept',
    log: ['200 client-left', '200'],
  },
  {
    name: 'the rest of a response to a client whose upload was truncated never reaches another client (DF-27)',
    pods: { o1: { scripts: [[mark('asked'), GONE, FLOW, mark('gone')]] } },
    client: [`${upload(100)}abc`, when('asked'), RST, when('gone'), RECONNECT, GET, sees(own('GET /'))],
    upstream: { o1: [uploaded(100, 'abc'), FORWARDED] },
    after: 'kept',
  },
];

const expecting = (value = '100-continue'): string => upload(5, `Expect: ${value}`);
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

function continued(name: string, send: string): Conversation {
  return {
    name,
    pods: { o1: {} },
    client: [send, sees(CONTINUE), 'abcde', sees(own('POST /'))],
    upstream: { o1: [uploaded(5, 'abcde')] },
    after: 'kept',
  };
}

/** The router answers, and no pod gets the request. */
function refused(
  name: string,
  send: string,
  answer: string,
  overrides: SettingsOverrides = {},
): Conversation {
  return {
    name,
    pods: { o1: { paths: '/' } },
    settings: overrides,
    client: [send, sees(answer)],
    upstream: {},
    after: 'closed',
  };
}

const unmet = answered('417 Expectation Failed', 'bad-expectation', 'close');
const tooLarge = answered('413 Content Too Large', 'body-too-large', 'close');
const LIMIT = { clientMaxBodySize: 1000 };

export const EXPECTATIONS: readonly Conversation[] = [
  continued('100 is sent first, then the body is forwarded, without Expect (DF-11)', expecting()),
  continued('Expect in another case (DF-11)', expecting('100-Continue')),
  {
    name: 'on HTTP/1.0: no 100 (DF-12)',
    pods: { o1: {} },
    client: [`${expecting().replace('HTTP/1.1', 'HTTP/1.0')}abcde`, sees(own('POST /', 'Connection: close'))],
    upstream: { o1: [uploaded(5, 'abcde')] },
    after: 'closed',
  },
  {
    name: 'Expect of a GET without a body: no 100 (DF-12)',
    pods: { o1: {} },
    client: [get('/', 'Expect: 100-continue'), sees(own('GET /'))],
    upstream: { o1: [FORWARDED] },
    after: 'kept',
  },
  ...['100-continue,', '100-continue\r\nExpect: 100-continue', ', 100-continue'].map((value) =>
    continued(`an unusual form: Expect: ${JSON.stringify(value)} (DF-13, SM-38)`, expecting(value)),
  ),
  {
    name: 'an empty Expect has no effect (DF-13)',
    pods: { o1: {} },
    client: [`${expecting('')}abcde`, sees(own('POST /'))],
    upstream: { o1: [uploaded(5, 'abcde')] },
    after: 'kept',
  },
  ...['foo', 'y 100-continue', '100-continue, foo', '100-continue\r\nExpect: foo'].map((value) =>
    refused(`Expect: ${JSON.stringify(value)} (DF-13, SM-38)`, expecting(value), unmet),
  ),
  {
    name: 'a body that never arrives: 408, and podway frees the pod (DF-14)',
    pods: { o1: { scripts: [[GONE]] } },
    settings: { clientIdleTimeout: 150 },
    client: [upload(5), sees(answered('408 Request Timeout', 'request-timeout', 'close'))],
    upstream: { o1: [uploaded(5, '')] },
    after: 'closed',
  },
  {
    name: 'a body that never arrives after the requested 100: 408, and no pod gets the request (DF-14)',
    pods: { o1: {} },
    settings: { clientIdleTimeout: 150 },
    client: [expecting(), sees(CONTINUE + answered('408 Request Timeout', 'request-timeout', 'close'))],
    upstream: {},
    after: 'closed',
  },
  refused('a body that is too large by its length: 413 immediately (DF-15)', upload(1001), tooLarge, LIMIT),
  refused(
    'a body that is too large by its length, with Expect: no 100 (DF-15)',
    upload(1001, 'Expect: 100-continue'),
    tooLarge,
    LIMIT,
  ),
  {
    name: 'a body that is too large by its chunks: 413, and the pod does not get the end of the body (DF-15)',
    pods: { o1: { scripts: [[mark('asked'), GONE]] } },
    settings: LIMIT,
    client: [
      head('POST / HTTP/1.1', HOST, CHUNKED) + chunked('x'.repeat(1000)).slice(0, -5),
      when('asked'),
      '1\r\nx\r\n',
      sees(tooLarge),
    ],
    upstream: { o1: [forwarded('POST /', [HOST, CHUNKED], chunked('x'.repeat(1000)).slice(0, -5))] },
    after: 'closed',
  },
];

const OLD = head('GET / HTTP/1.0', HOST, 'Connection: keep-alive');
const LARGE = head('POST / HTTP/1.1', HOST, 'Content-Length: 200000');
const REFUSED = answered('404 Not Found', 'no-route', 'close');

export const ODD_CLIENTS: readonly Conversation[] = [
  {
    name: 'HTTP/1.0 with keep-alive and a known length: kept (DF-17)',
    pods: { o1: { scripts: [[ok('x')], [ok('y')]] } },
    client: [OLD, sees(fine('x', 'Connection: keep-alive')), OLD, sees(fine('y', 'Connection: keep-alive'))],
    upstream: { o1: [FORWARDED + FORWARDED] },
    after: 'kept',
  },
  {
    name: 'HTTP/1.0 with keep-alive and chunks: plain bytes up to the end, never chunks (DF-17)',
    pods: { o1: { scripts: [[`HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n${chunked('abc', 'de')}`]] } },
    client: [OLD, sees(relayed('200 OK', [DATE, 'Connection: close'], 'abcde'))],
    upstream: { o1: [FORWARDED] },
    after: 'closed',
  },
  {
    name: 'a POST without length or coding (DF-18)',
    pods: { o1: {} },
    client: [head('POST / HTTP/1.1', HOST), sees(own('POST /'))],
    upstream: { o1: [uploaded(0, '')] },
    after: 'kept',
  },
  {
    name: 'trailers of a request are dropped (DF-19)',
    pods: { o1: {} },
    client: [
      `${head('POST / HTTP/1.1', HOST, CHUNKED, 'Trailer: X-T')}3\r\nabc\r\n0\r\nX-T: v\r\nX-ROUTING-API-KEY: k\r\n\r\n`,
      sees(own('POST /')),
    ],
    upstream: { o1: [forwarded('POST /', [HOST, CHUNKED], chunked('abc'))] },
    after: 'kept',
  },
  {
    name: 'the connection of a client that disappeared while idle is closed at its limit, without a response (DF-21)',
    pods: { o1: {} },
    settings: { keepaliveTimeout: 150 },
    client: [GET, sees(own('GET /'))],
    upstream: { o1: [FORWARDED] },
    after: 'closed',
  },
  {
    name: 'a client that disappeared before the response: the pod is freed at its limit (DF-21)',
    pods: { o1: { scripts: [[GONE]] } },
    settings: { responseHeadTimeout: 150 },
    client: [GET, sees(answered('504 Gateway Timeout', 'response-timeout'))],
    upstream: { o1: [FORWARDED] },
    after: 'kept',
  },
  {
    name: 'a client that disappeared from an event stream: both connections end at its limit (DF-21)',
    pods: { o1: { scripts: [[FLOW, GONE]] } },
    settings: { upstreamIdleTimeout: 150 },
    client: [GET, sees(SEEN_FLOW)],
    upstream: { o1: [FORWARDED] },
    after: 'closed',
    log: ['200 upstream-stalled'],
  },
  {
    name: 'an answer of the router repeats no part of the request and names no version (DF-25)',
    pods: { o1: { paths: '/a' } },
    client: [get('/<script>', 'X-Foo: <script>'), sees(answered('404 Not Found', 'no-route'))],
    upstream: {},
    after: 'kept',
  },
  {
    name: 'a client that continues to send reads its refusal in 50 of 50 attempts (DF-26)',
    pods: { o1: { paths: '/a' } },
    client: Array.from({ length: 50 }, (_, index) => [
      ...(index === 0 ? [] : [RECONNECT]),
      LARGE,
      'x'.repeat(10_000),
      'x'.repeat(10_000),
      sees(REFUSED),
    ]).flat(),
    upstream: {},
    after: 'closed',
  },
  {
    name: 'a pod that answers before the body: its response is forwarded, and both connections end (SM-37)',
    pods: { o1: { scripts: [[ok('no').replace('200 OK', '413 Too Large'), GONE]] } },
    client: [
      upload(5),
      sees(relayed('413 Too Large', [DATE, 'Content-Length: 2', 'Connection: close'], 'no')),
    ],
    upstream: { o1: [uploaded(5, '')] },
    after: 'closed',
  },
  {
    name: 'a pod that answers without reading the body does not get another request on that connection (SM-36)',
    pods: { o1: { scripts: [[ok('first'), GONE]] } },
    client: [
      upload(40),
      sees(fine('first', 'Connection: close')),
      GONE,
      RECONNECT,
      post('/next', 'x'),
      sees(own('POST /next')),
    ],
    upstream: { o1: [uploaded(40, ''), forwarded('POST /next', [HOST, 'Content-Length: 1'], 'x')] },
    after: 'kept',
  },
];
