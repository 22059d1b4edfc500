import assert from 'node:assert/strict';
import { relayedFields } from '../fixtures/answer-heads.ts';
import { forwarded } from '../fixtures/check.ts';
import type { Http2Row } from '../fixtures/http2/check-http2.ts';
import { data } from '../fixtures/http2/frames.ts';
import { headers, pseudo, type RawHttp2Client } from '../fixtures/http2/raw-http2-client.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Action, halfClose } from '../fixtures/origin.ts';

const GET = pseudo();
const FORWARDED = forwarded('GET /');
const lower = FORWARDED.replace('Host: t.local', 'host: t.local');

/** A pause, so that the router gets the next bytes in a later read. */
const later: Action = () => sleep(20);

/** A GET that the pod answers with these bytes, and the response that the client must get. */
function answered(
  name: string,
  answer: NonNullable<NonNullable<Http2Row['pods']>[number]['answer']>,
  expected: string,
  look?: (client: RawHttp2Client) => void,
): Http2Row {
  return {
    name,
    pods: [{ name: 'a', answer }],
    sends: [headers(1, GET)],
    streams: { 1: expected },
    upstream: [lower],
    ...(look && {
      does: async (client) => {
        await client.ending(1);
        look(client);
      },
    }),
  };
}

const ok = (lines: string, body = '') => `HTTP/1.1 200 OK\r\nDate: x\r\n${lines}\r\n${body}`;

function fieldsAre(expected: readonly (readonly [string, string])[]): (client: RawHttp2Client) => void {
  return (client) => assert.deepEqual(client.answerOf(1).fields, relayedFields(expected));
}

const PASSED: readonly Http2Row[] = [
  answered(
    'names become lower case, fields of the connection are dropped, values keep their octets (H2-34)',
    [
      ok(
        'Content-Length: 2\r\nX-Mixed-Case: A\r\nConnection: keep-alive, x-hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n' +
          'Proxy-Connection: close\r\nTE: gzip\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nX-Obs: \xe4\r\nStrict-Transport-Security: max-age=1\r\n' +
          'Content-Type: a/b\r\nContent-Type: c/d\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n',
        'hi',
      ),
    ],
    '200 hi',
    fieldsAre([
      [':status', '200'],
      ['date', 'x'],
      ['x-mixed-case', 'A'],
      ['x-obs', '\xe4'],
      ['strict-transport-security', 'max-age=1'],
      ['content-type', 'a/b'],
      ['content-type', 'c/d'],
      ['set-cookie', 'a'],
      ['set-cookie', 'b'],
      ['content-length', '2'],
    ]),
  ),
  answered(
    'a chunked body loses its framing (H2-34)',
    [ok('Transfer-Encoding: chunked\r\n', '2\r\nhi\r\n0\r\n\r\n')],
    '200 hi',
  ),
  answered('a body that ends with the connection (H2-34)', [ok('', 'hi'), halfClose], '200 hi'),
  answered('no body (H2-34)', [ok('Content-Length: 0\r\n')], '200', ({ blocks }) =>
    assert.deepEqual(
      blocks.map(({ isLast }) => isLast),
      [true],
      'the head has END_STREAM',
    ),
  ),
  answered('204 (H2-34)', ['HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n'], '204'),
  answered(
    '304 keeps the length of the omitted body (H2-34)',
    ['HTTP/1.1 304 Not Modified\r\nDate: x\r\nContent-Length: 7\r\n\r\n'],
    '304',
    fieldsAre([
      [':status', '304'],
      ['date', 'x'],
      ['content-length', '7'],
    ]),
  ),
  answered(
    'a status that HTTP/2 does not have is 500 (H2-34)',
    ['HTTP/1.1 799 X\r\nContent-Length: 2\r\n\r\nhi'],
    '500 hi',
  ),
  answered(
    'trailers, without Host (H2-35)',
    [
      ok('Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n', '2\r\nhi\r\n'),
      '0\r\nX-Sum: 1\r\nHost: x\r\nX-Sum: 2\r\n\r\n',
    ],
    '200 hi',
    (client) =>
      assert.deepEqual(client.answerOf(1).trailers, [
        ['x-sum', '1'],
        ['x-sum', '2'],
      ]),
  ),
  answered(
    'chunks without trailers end with the last chunk (H2-35)',
    [ok('Transfer-Encoding: chunked\r\n', '2\r\nhi\r\n'), '0\r\n\r\n'],
    '200 hi',
  ),
  answered(
    'Content-Length in trailers is an error, and the response is not complete (H2-35)',
    [ok('Transfer-Encoding: chunked\r\n', '2\r\nhi\r\n'), later, '0\r\nContent-Length: 3\r\n\r\n'],
    '200 hi, internalError',
  ),
  answered(
    '103 before the answer is forwarded, 100 is not (H2-36)',
    [
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\n',
      'HTTP/1.1 103 Early Hints\r\n\r\n',
      ok('Content-Length: 2\r\n', 'hi'),
    ],
    '200 hi',
    (client) => {
      assert.deepEqual(client.answerOf(1).interim, [103, 103]);
      assert.deepEqual(client.blocks[0]?.fields, [
        [':status', '103'],
        ['link', '</a>'],
        ['link', '</b>'],
      ]);
    },
  ),
  answered(
    'names of properties of JavaScript objects in 103 and trailers, and HTTP2-Settings (H2-35)',
    [
      'HTTP/1.1 103 Early Hints\r\nConstructor: 1\r\n__proto__: 2\r\n\r\n',
      ok('Transfer-Encoding: chunked\r\n', '2\r\nhi\r\n'),
      '0\r\nConstructor: 1\r\n__proto__: 2\r\nHTTP2-Settings: x\r\n\r\n',
    ],
    '200 hi',
    (client) => {
      const fields = [
        ['constructor', '1'],
        ['__proto__', '2'],
      ];
      assert.deepEqual(client.blocks[0]?.fields, [[':status', '103'], ...fields]);
      assert.deepEqual(client.answerOf(1).trailers, fields);
    },
  ),
  answered(
    '103 for 33 times (H2-36)',
    ['HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(33)],
    '502 too-many-interim-responses',
  ),
  answered(
    'a protocol switch that the client did not request (H2-36)',
    ['HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
    '502 bad-upgrade-response',
  ),
  answered(
    'a login for the whole connection (H2-43)',
    ['HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM\r\nContent-Length: 2\r\n\r\nno'],
    'http11Required',
  ),
];

/** Truncated answers: the client gets the bytes that arrived before, and never END_STREAM. */
const CUT: readonly Http2Row[] = [
  answered(
    'truncated within its length (H2-31)',
    [ok('Content-Length: 10\r\n', 'abc'), halfClose],
    '200 abc, internalError',
  ),
  answered(
    'truncated within its chunks (H2-31)',
    [ok('Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n'), halfClose],
    '200 abc, internalError',
  ),
  answered(
    'a reset within a body that the end of the connection would complete (H2-31)',
    [
      ok('', 'abc'),
      async ({ connection }) => {
        await new Promise((resolve) => setImmediate(resolve));
        connection.socket.resetAndDestroy();
      },
    ],
    '200 abc, internalError',
  ),
  answered(
    'a bad chunk (H2-31)',
    [ok('Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n'), later, 'x\r\n'],
    '200 abc, internalError',
  ),
  {
    name: 'truncated before the body of the request has arrived (H2-31)',
    pods: [{ name: 'a', answer: [ok('Content-Length: 10\r\n', 'abc'), halfClose] }],
    sends: [headers(1, pseudo('POST'), 'more'), data(1, 'x')],
    streams: { 1: '200 abc, internalError' },
    does: async (client) => {
      await client.ending(1);
    },
    upstream: [
      forwarded('POST /', ['host: t.local'], '1\r\nx\r\n').replace(
        'X-Podway-Hops',
        'Transfer-Encoding: chunked\r\nX-Podway-Hops',
      ),
    ],
  },
];

/** An answer before the request is complete: the client gets all of it, and the stream is reset with NO_ERROR. */
const EARLY: readonly Http2Row[] = [
  {
    name: 'a body that is too large (H2-33)',
    settings: { clientMaxBodySize: 4 },
    does: async (client, scene) => {
      client.request(1, pseudo('POST'), 'more');
      await scene.origin('a').request();
      client.send(data(1, '12345'));
    },
    streams: { 1: '413 body-too-large, noError' },
    upstream: [
      forwarded('POST /', ['host: t.local']).replace(
        'X-Podway-Hops',
        'Transfer-Encoding: chunked\r\nX-Podway-Hops',
      ),
    ],
  },
  {
    name: 'a length that is too large (H2-33)',
    settings: { clientMaxBodySize: 4 },
    sends: [headers(1, [...pseudo('POST'), ['content-length', '5']], 'more')],
    streams: { 1: '413 body-too-large, noError' },
  },
  {
    name: 'a key that is refused (H2-33)',
    keys: { default: 'secret' },
    sends: [headers(1, pseudo('POST'), 'more'), data(1, 'x')],
    streams: { 1: '403 key-refused, noError' },
  },
  {
    name: 'a head that is refused (H2-33)',
    sends: [headers(1, [...pseudo('POST', '/a#b')], 'more'), data(1, 'x')],
    streams: { 1: '400 bad-target, noError' },
  },
  {
    name: 'an early answer of the pod (H2-33)',
    pods: [{ name: 'a', answer: ['HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'] }],
    sends: [headers(1, pseudo('POST'), 'more'), data(1, 'x')],
    streams: { 1: '403 no, noError' },
    upstream: [
      forwarded('POST /', ['host: t.local'], '1\r\nx\r\n').replace(
        'X-Podway-Hops',
        'Transfer-Encoding: chunked\r\nX-Podway-Hops',
      ),
    ],
  },
];

export const RESPONSE_ROWS: readonly Http2Row[] = [...PASSED, ...CUT, ...EARLY];
