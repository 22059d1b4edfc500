import { forwarded } from '../fixtures/check.ts';
import type { Http2Row } from '../fixtures/http2/check-http2.ts';
import { data } from '../fixtures/http2/frames.ts';
import type { Field } from '../fixtures/http2/hpack.ts';
import { headers, pseudo } from '../fixtures/http2/raw-http2-client.ts';

const GET = pseudo();
const HOST = ['host: t.local'];

/** The pseudo fields, with another value for one of them; undefined omits it. */
function but(name: string, value: string | undefined, method = 'GET'): Field[] {
  return pseudo(method).flatMap(([it, was]): Field[] => {
    if (it !== name) return [[it, was]];
    return value === undefined ? [] : [[it, value]];
  });
}

const sends = (...fields: readonly (readonly Field[])[]) =>
  fields.map((list, at) => headers(at * 2 + 1, list));

/** Malformed requests (RFC 9113 section 8.1.1): the stream is reset, and pods get no byte of the request. */
const MALFORMED: readonly (readonly [what: string, fields: readonly Field[]])[] = [
  ['a name in upper case', [...GET, ['X-A', '1']]],
  ['two methods', [...GET, [':method', 'POST']]],
  ['a pseudo field after others', [['x-a', '1'], ...GET]],
  ['an unknown pseudo field', [[':x', '1'], ...GET]],
  ['a pseudo field of responses', [[':status', '200'], ...GET]],
  ['no method', but(':method', undefined)],
  ['no scheme', but(':scheme', undefined)],
  ['no path', but(':path', undefined)],
  ['an empty path', but(':path', '')],
  ['a path with a space', but(':path', '/a b')],
  ['a path with CRLF', but(':path', '/a\r\nx: y')],
  ['a path that does not begin with a slash', but(':path', 'a')],
  ['an absolute path', but(':path', 'http://t.local/')],
  ['an asterisk without OPTIONS', but(':path', '*')],
  ['an empty method', but(':method', '')],
  ['a method with a space', but(':method', 'GET /x')],
  ['a method with CRLF', but(':method', 'GET\r\n')],
  ['an invalid scheme', but(':scheme', 'ht tp')],
  ['an authority with user information', but(':authority', 'u@t.local')],
  ['an authority with a space', but(':authority', 't.local x')],
  ['an authority with a slash', but(':authority', 't.local/x')],
  ['an authority with CRLF', but(':authority', 't.local\r\nx: y')],
  ['two hosts', [...but(':authority', undefined), ['host', 't.local'], ['host', 't.local']]],
  ['no authority and no host', but(':authority', undefined)],
  ['connection', [...GET, ['connection', 'x-a'], ['x-a', '1']]],
  ['keep-alive', [...GET, ['keep-alive', '1']]],
  ['proxy-connection', [...GET, ['proxy-connection', 'close']]],
  ['transfer-encoding', [...GET, ['transfer-encoding', 'chunked']]],
  ['upgrade', [...GET, ['upgrade', 'h2c']]],
  ['te other than trailers', [...GET, ['te', 'gzip']]],
  ['two lengths', [...pseudo('POST'), ['content-length', '0'], ['content-length', '0']]],
  ['a list of lengths', [...pseudo('POST'), ['content-length', '0, 0']]],
  ['a length with a sign', [...pseudo('POST'), ['content-length', '+0']]],
  ['a length above 64 bits', [...pseudo('POST'), ['content-length', '99999999999999999999']]],
  ['a length without its body', [...pseudo('POST'), ['content-length', '5']]],
];

/** Fields with characters that are not allowed (RFC 9113 section 8.2.1). */
const MALFORMED_FIELDS: readonly (readonly [what: string, field: Field])[] = [
  ['a name with a colon', ['host:x', '1']],
  ['a name with a space', ['x a', '1']],
  ['a name with CRLF', ['x\r\nhost: u.local\r\ny', '1']],
  ['a name with 8-bit octets', ['x-\xe4', '1']],
  ['an empty name', ['', '1']],
  ['a value with CRLF', ['x-a', '1\r\nhost: u.local']],
  ['a value with LF', ['x-a', '1\nx-b: 2']],
  ['a value with NUL', ['x-a', '1\0']],
  ['a value with a control character', ['x-a', '1\x01']],
  ['a value with DEL', ['x-a', '1\x7f']],
];

interface Read {
  readonly what: string;
  readonly fields: readonly Field[];
  /** The outcome of the stream, in the notation of `Http2Row.streams`. */
  readonly answer: string;
  readonly pod?: string;
  readonly settings?: Http2Row['settings'];
}

/** Requests that the HTTP/1.1 parser and `decide` accept or refuse. */
const READ: readonly Read[] = [
  {
    what: 'a value with white space around it',
    fields: [...GET, ['x-a', ' \t1 ']],
    answer: '200 a GET /',
    pod: forwarded('GET /', [...HOST, 'x-a: 1']),
  },
  { what: 'a path with a fragment', fields: but(':path', '/a#b'), answer: '400 bad-target' },
  { what: 'a path with a backslash', fields: but(':path', '/a\\..\\b'), answer: '400 bad-path' },
  {
    what: 'a path with UTF-8',
    fields: but(':path', '/\xc3\xa4'),
    answer: '200 a GET /%C3%A4',
    pod: forwarded('GET /%C3%A4', HOST),
  },
  { what: 'a path with dot segments', fields: but(':path', '/a/%2e%2e/b'), answer: '400 bad-path' },
  {
    what: 'a method in lower case',
    fields: but(':method', 'get'),
    answer: '200 a get /',
    pod: forwarded('get /', HOST),
  },
  { what: 'a method of 33 letters', fields: but(':method', 'A'.repeat(33)), answer: '400 bad-request-line' },
  { what: 'another scheme', fields: but(':scheme', 'gopher'), answer: '400 bad-target' },
  { what: 'https on a plain connection', fields: but(':scheme', 'https'), answer: '421 https-target' },
  {
    what: 'https on a plain connection of a trusted proxy',
    fields: but(':scheme', 'https'),
    answer: '200 a GET /',
    settings: { trustedProxies: ['127.0.0.1'] },
    pod: forwarded('GET /', HOST)
      .replace('X-Forwarded-Proto: http\r\n', 'X-Forwarded-Proto: https\r\n')
      .replace('X-Forwarded-Port: 80', 'X-Forwarded-Port: 443'),
  },
  {
    what: 'host without authority',
    fields: [...but(':authority', undefined), ['host', 't.local']],
    answer: '200 a GET /',
    pod: forwarded('GET /', HOST),
  },
  {
    what: 'host and authority that are equal in another spelling',
    fields: [...but(':authority', 'T.local:80'), ['host', 't.local']],
    answer: '200 a GET /',
    pod: forwarded('GET /', HOST),
  },
  {
    what: 'host and authority that differ',
    fields: [...GET, ['host', 'u.local']],
    answer: '400 host-mismatch',
  },
  {
    what: 'http2-settings',
    fields: [...GET, ['http2-settings', 'AAMAAABkAAQAAP__']],
    answer: '200 a GET /',
    pod: forwarded('GET /', HOST),
  },
  {
    what: 'a cookie in several fields',
    fields: [...GET, ['cookie', 'a=1'], ['x-a', '1'], ['cookie', 'b=2'], ['cookie', 'c=3']],
    answer: '200 a GET /',
    pod: forwarded('GET /', [...HOST, 'x-a: 1', 'cookie: a=1; b=2; c=3']),
  },
  {
    what: 'a cookie in more fields than are allowed',
    fields: [...GET, ...Array.from({ length: 200 }, (): Field => ['cookie', 'a'])],
    answer: '200 a GET /',
    pod: forwarded('GET /', [...HOST, `cookie: ${Array.from({ length: 200 }, () => 'a').join('; ')}`]),
  },
  {
    what: 'names with underscores that resemble those of the router',
    fields: [...GET, ['x_routing_api_key', 'k'], ['x_forwarded_for', '1.2.3.4']],
    answer: '200 a GET /',
    pod: forwarded('GET /', HOST),
  },
  {
    what: 'te of trailers',
    fields: [...GET, ['te', 'trailers']],
    answer: '200 a GET /',
    pod: forwarded('GET /', HOST).replace('X-Podway-Hops', 'Connection: TE\r\nTE: trailers\r\nX-Podway-Hops'),
  },
  {
    what: 'POST without a body',
    fields: pseudo('POST'),
    answer: '200 a POST /',
    pod: forwarded('POST /', HOST).replace('X-Podway-Hops', 'Content-Length: 0\r\nX-Podway-Hops'),
  },
  {
    what: 'CONNECT',
    fields: [
      [':method', 'CONNECT'],
      [':authority', 't.local:443'],
    ],
    answer: '405 method-refused',
  },
  { what: 'TRACE', fields: pseudo('TRACE'), answer: '405 method-refused' },
  {
    what: 'OPTIONS of the server',
    fields: [...but(':method', 'OPTIONS').slice(0, 3), [':path', '*']],
    answer: '200 options',
  },
  {
    what: 'a line that is too long',
    fields: but(':path', `/${'a'.repeat(8192)}`),
    answer: '414 line-too-long',
  },
  {
    what: 'more fields than are allowed',
    fields: [...GET, ...Array.from({ length: 100 }, (_, at): Field => [`x-${at}`, '1'])],
    answer: '431 too-many-headers',
  },
  { what: 'an unknown Expect', fields: [...GET, ['expect', 'x']], answer: '417 bad-expectation' },
  {
    what: 'a login by NTLM',
    fields: [...GET, ['authorization', 'NTLM TlRMTVNTUAABAAAA']],
    answer: 'http11Required',
  },
];

const framed = (method: string, length: string, body: string) =>
  forwarded(`${method} /`, HOST, body).replace('X-Podway-Hops', `${length}\r\nX-Podway-Hops`);

/** How bodies are translated to HTTP/1.1. */
const BODIES: readonly Http2Row[] = [
  {
    name: 'a body with its length (H2-17)',
    sends: [
      headers(1, [...pseudo('POST'), ['content-length', '5']], 'more'),
      data(1, 'he'),
      data(1, 'llo', 'end'),
    ],
    streams: { 1: '200 a POST /' },
    upstream: [
      forwarded('POST /', HOST, 'hello').replace('X-Podway-Hops', 'Content-Length: 5\r\nX-Podway-Hops'),
    ],
  },
  {
    name: 'a body without a length is sent in chunks (H2-17)',
    sends: [headers(1, pseudo('POST'), 'more'), data(1, 'hello', 'end')],
    streams: { 1: '200 a POST /' },
    upstream: [framed('POST', 'Transfer-Encoding: chunked', '5\r\nhello\r\n0\r\n\r\n')],
  },
  {
    name: 'an empty body that ends in a separate frame (H2-17)',
    sends: [headers(1, pseudo('POST'), 'more'), data(1, '', 'end')],
    streams: { 1: '200 a POST /' },
    upstream: [framed('POST', 'Transfer-Encoding: chunked', '0\r\n\r\n')],
  },
  {
    name: 'GET with a body (H2-18)',
    sends: [headers(1, [...GET, ['content-length', '2']], 'more'), data(1, 'hi', 'end')],
    streams: { 1: '200 a GET /' },
    upstream: [framed('GET', 'Content-Length: 2', 'hi')],
  },
  {
    name: 'HEAD with a body without a length (H2-18)',
    sends: [headers(1, pseudo('HEAD'), 'more'), data(1, 'hi', 'end')],
    streams: { 1: '200' },
    upstream: [framed('HEAD', 'Transfer-Encoding: chunked', '2\r\nhi\r\n0\r\n\r\n')],
  },
  {
    name: 'trailers of a request are not forwarded (H2-21)',
    sends: [headers(1, pseudo('POST'), 'more'), data(1, 'hello'), headers(1, [['x-checksum', '1']])],
    streams: { 1: '200 a POST /' },
    upstream: [framed('POST', 'Transfer-Encoding: chunked', '5\r\nhello\r\n0\r\n\r\n')],
  },
  {
    name: 'trailers with a pseudo field (H2-21)',
    pods: [{ name: 'a', answer: [] }],
    sends: [headers(1, pseudo('POST'), 'more'), data(1, 'hello'), headers(1, [[':path', '/x']])],
    streams: { 1: 'protocolError' },
    upstream: [],
  },
];

export const REQUEST_ROWS: readonly Http2Row[] = [
  ...MALFORMED.map(
    ([what, fields]): Http2Row => ({
      name: `malformed: ${what} (H2-04)`,
      sends: [headers(1, fields), headers(3, GET)],
      streams: { 1: 'protocolError', 3: '200 a GET /' },
      upstream: [forwarded('GET /', HOST)],
    }),
  ),
  ...MALFORMED_FIELDS.map(
    ([what, field]): Http2Row => ({
      name: `malformed: ${what} (H2-05)`,
      sends: sends([...GET, field, ['x-z', '1']], GET),
      streams: { 1: 'protocolError', 3: '200 a GET /' },
      upstream: [forwarded('GET /', HOST)],
    }),
  ),
  ...READ.map(
    ({ what, fields, answer, pod, settings }): Http2Row => ({
      name: `read: ${what} (H2-06)`,
      ...(settings && { settings }),
      sends: sends(fields),
      streams: { 1: answer },
      upstream: pod === undefined ? [] : [pod],
    }),
  ),
  ...BODIES,
];
