import { checkExchanges, chunked, forwarded, get, head, type ExchangeCase } from '../fixtures/check.ts';
import {
  answered,
  checkConversations,
  FORWARDED,
  GET,
  GONE,
  mark,
  pause,
  relayed,
  sees,
  when,
  type Conversation,
} from '../fixtures/conversation.ts';
import { ok } from '../fixtures/origin.ts';
import { testTitle } from '../fixtures/test-title.ts';

/** A POST with only these field lines about its framing; `rest` follows the head. */
function framed(lines: readonly string[], rest = 'abcde'): string {
  return head('POST / HTTP/1.1', 'Host: t.local', ...lines) + rest;
}

function refused(
  name: string,
  lines: readonly string[],
  status: number | readonly number[] = 400,
): ExchangeCase {
  return {
    name,
    send: framed(lines, '0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: t.local\r\n\r\n'),
    status,
    after: 'closed',
  };
}

const spec = { pods: [{ name: 'o1' }] };
const lengths = ['+5', '-5', '0x5', '5.0', '5e0', '5Z', '1_0', '"5"', '0 5', '5, 5', '5,6', '5,', ''];

await checkExchanges('a request with an ambiguous end reaches no pod', spec, [
  refused('length, then chunked (SM-01)', ['Content-Length: 6', 'Transfer-Encoding: chunked']),
  refused('chunked, then length (SM-02)', ['Transfer-Encoding: chunked', 'Content-Length: 6']),
  refused('equal lengths (SM-04)', ['Content-Length: 5', 'Content-Length: 5']),
  refused('different lengths (P26)', ['Content-Length: 5', 'Content-Length: 6']),
  ...lengths.map((length) =>
    refused(`length ${JSON.stringify(length)} (SM-05)`, [`Content-Length: ${length}`]),
  ),
  refused('empty length and 5 (SM-06)', ['Content-Length:', 'Content-Length: 5']),
  ...['9007199254740993', '18446744073709551617'].map((length) =>
    refused(`length ${length} (SM-08)`, [`Content-Length: ${length}`], [400, 413]),
  ),
  ...['gzip', 'gzip, chunked', 'deflate, chunked', 'identity'].map((coding) =>
    refused(`coding ${coding} (SM-12)`, [`Transfer-Encoding: ${coding}`], [501, 400]),
  ),
  refused('coding gzip (P26)', ['Transfer-Encoding: gzip'], 501),
  refused('chunked twice (SM-14)', ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], [400, 501]),
  refused('chunked twice in a list (SM-14)', ['Transfer-Encoding: chunked, chunked'], [400, 501]),
  refused(
    'identity and chunked (SM-15)',
    ['Transfer-Encoding: identity', 'Transfer-Encoding: chunked'],
    [400, 501],
  ),
  ...[',chunked', 'chunked,', '"chunked"', 'chunked;q=1', 'xchunked'].map((coding) =>
    refused(`coding ${coding} (SM-16)`, [`Transfer-Encoding: ${coding}`], [400, 501]),
  ),
  refused('empty coding and a length (SM-17)', ['Transfer-Encoding:', 'Content-Length: 5'], [400, 501]),
  ...['Transfer-Encoding : chunked', ' Transfer-Encoding: chunked', 'Transfer\r-Encoding: chunked'].map(
    (line) => refused(`${JSON.stringify(line)} (SM-19)`, [line]),
  ),
  ...['Transfer-\r\nEncoding: chunked', 'Transf\x82r-Encoding: chunked', 'Transfer Encoding: chunked'].map(
    (line) => refused(`${JSON.stringify(line)} (SM-19)`, [line]),
  ),
  ...[
    'X: X\nTransfer-Encoding: chunked',
    'X: X\rTransfer-Encoding: chunked',
    'X: a\r\n\rTransfer-Encoding: x',
  ].map((line) => refused(`${JSON.stringify(line)} (SM-21)`, [line])),
  {
    name: 'coding on HTTP/1.0 (P26)',
    send: head('POST / HTTP/1.0', 'Host: t.local', 'Transfer-Encoding: chunked') + chunked('abc'),
    status: 400,
    after: 'closed',
  },
]);

/** A body that is forwarded: `upstream` has its field line and its bytes at the pod. */
const served = (name: string, send: string, [line, body]: readonly [string, string]): ExchangeCase => ({
  name,
  send,
  status: 200,
  origin: 'o1',
  after: 'kept',
  upstream: forwarded(`${send.split(' ', 1)[0]} /`, ['Host: t.local', ...(line === '' ? [] : [line])], body),
});
const CHUNKED = 'Transfer-Encoding: chunked';
const asLength = (body: string) => [`Content-Length: ${body.length}`, body] as const;
const asChunks = (...chunks: string[]) => [CHUNKED, chunked(...chunks)] as const;
const SECRET = 'GET /secret HTTP/1.1\r\nHost: x\r\n\r\n';

await checkExchanges('a body with a clear end is forwarded', spec, [
  served('white space around the length (SM-06)', framed(['Content-Length: \t5\t']), asLength('abcde')),
  served('a length with leading zeros (SM-07)', framed(['Content-Length: 00000000005']), asLength('abcde')),
  served(
    'chunk extensions (SM-25)',
    framed([CHUNKED], '3;a=b\r\nabc\r\n2;a="x;y"\r\nde\r\n0\r\n\r\n'),
    asChunks('abcde'),
  ),
  served('chunked in capitals', framed(['Transfer-Encoding: CHUNKED'], chunked('abcde')), asChunks('abcde')),
  served('an escape in the name (SM-20)', framed(['Content-Length: 5', 'Transfer-%45ncoding: chunked']), [
    'Transfer-%45ncoding: chunked\r\nContent-Length: 5',
    'abcde',
  ]),
  served(
    'an underscore in the name (SM-20)',
    framed(['Content-Length: 5', 'Transfer_Encoding: chunked']),
    asLength('abcde'),
  ),
  served('Content-Encoding (SM-20)', framed(['Content-Length: 5', 'Content-Encoding: chunked']), [
    'Content-Encoding: chunked\r\nContent-Length: 5',
    'abcde',
  ]),
  served('a GET without a body', get('/'), ['', '']),
  ...['DELETE', 'OPTIONS', 'PATCH'].map((method) =>
    served(
      `a request inside a chunk of ${method} (SM-34)`,
      head(`${method} / HTTP/1.1`, 'Host: t.local', CHUNKED) + chunked(SECRET),
      asChunks(SECRET),
    ),
  ),
]);

const CHUNKED_POST = framed([CHUNKED], '');
const GOOD_CHUNK = '2\r\nok\r\n';
const SEEN_CHUNK = forwarded('POST /', ['Host: t.local', CHUNKED], GOOD_CHUNK);

/**
 * The second chunk is malformed: podway answers 400, and the pod, which has the first chunk, never gets the end of the
 * body.
 */
const badChunk = (row: string, bytes: string, answer = BAD_CHUNK): Conversation => ({
  name: testTitle(row, JSON.stringify(bytes.slice(0, 30))),
  pods: { o1: { scripts: [[sees(GOOD_CHUNK), mark('begun'), GONE]] } },
  client: [CHUNKED_POST + GOOD_CHUNK, when('begun'), `${bytes}0\r\n\r\n`, sees(answer)],
  upstream: { o1: [SEEN_CHUNK] },
  after: 'closed',
});
const BAD_CHUNK = answered('400 Bad Request', 'bad-chunk', 'close');

await checkConversations(
  'for a malformed chunk podway answers 400, and the pod never gets the end of the body',
  [
    ...['0x3', '+3', '-3', '0_3', '3 ', ' 3', '', 'Z', '10000000000000003'].map((size) =>
      badChunk('SM-23', `${size}\r\nabc\r\n`),
    ),
    badChunk('200 zeros (SM-24)', `${'0'.repeat(200)}3\r\nabc\r\n`),
    ...['3;a\nX\r\nabc\r\n', '3;a\rX\r\nabc\r\n', '5\r\r;ABCD\r\n', '2\r\r;a\r\nab\r\n'].map((bytes) =>
      badChunk('SM-26', bytes),
    ),
    badChunk('20,000 bytes of extension (SM-27)', `3;${'x'.repeat(20_000)}\r\nabc\r\n`),
    badChunk('SM-28', '3\nabc\n0\n\n'),
  ],
);

const own = (line: string): string =>
  relayed('200 OK', ['X-Origin: o1', 'Date: <date>', `Content-Length: ${`o1 ${line}`.length}`], `o1 ${line}`);

await checkConversations('the end of a request, and the bytes after it', [
  {
    name: 'data that is not ended by CRLF (SM-28)',
    pods: { o1: { scripts: [[sees(GOOD_CHUNK), mark('begun'), GONE]] } },
    client: [CHUNKED_POST + GOOD_CHUNK, when('begun'), '3\r\nabcXX0\r\n\r\n', sees(BAD_CHUNK)],
    upstream: { o1: [SEEN_CHUNK] },
    after: 'closed',
  },
  {
    name: 'the body of a GET is part of the request (SM-33)',
    pods: { o1: {} },
    client: [`${get('/1', 'Content-Length: 3')}abc${get('/2')}`, sees(own('GET /1') + own('GET /2'))],
    upstream: {
      o1: forwarded('GET /1', ['Host: t.local', 'Content-Length: 3'], 'abc') + forwarded('GET /2'),
    },
    after: 'kept',
  },
  {
    name: 'junk after a request with Connection: close is dropped, and the response is complete (SM-48)',
    pods: { o1: { scripts: [[pause(40), ok('whole')]] } },
    client: [
      `${get('/', 'Connection: close')}junk\r\n\r\n`,
      sees(relayed('200 OK', ['Date: <date>', 'Content-Length: 5', 'Connection: close'], 'whole')),
    ],
    upstream: { o1: [FORWARDED] },
    after: 'closed',
  },
  {
    name: 'garbage after a request waits for the response, then is 400 (SM-49)',
    pods: { o1: { scripts: [['HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc', pause(20), 'def']] } },
    client: [
      `${GET}garbage\r\n\r\n`,
      sees(relayed('200 OK', ['Date: <date>', 'Content-Length: 6'], 'abcdef')),
      sees(answered('400 Bad Request', 'bad-request-line', 'close')),
    ],
    upstream: { o1: [FORWARDED] },
    after: 'closed',
  },
]);
