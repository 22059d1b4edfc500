/** Faults of pods, as data: group UF of the catalogue. Each string of a pod is sent as a separate segment. */
import { chunked, forwarded, get, head, post } from '../fixtures/check.ts';
import {
  RECONNECT,
  answered,
  byteByByte,
  BODY,
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

const OK = 'HTTP/1.1 200 OK\r\n';
const DATE = 'Date: <date>';
/** The response that the client gets for `ok(body)`. */
const fine = (body: string): string => relayed('200 OK', [DATE, `Content-Length: ${body.length}`], body);
const BAD = answered('502 Bad Gateway', 'bad-response');
const BAD_UPGRADE = answered('502 Bad Gateway', 'bad-upgrade-response');
/** The request that shows the state of the connections: any pod answers it with its name. */
const NEXT = get('/next');
const FORWARDED_NEXT = forwarded('GET /next');
const own = (name: string, line = 'GET /next'): string =>
  relayed(
    '200 OK',
    ['X-Origin: ' + name, DATE, `Content-Length: ${`${name} ${line}`.length}`],
    `${name} ${line}`,
  );

/** A malformed head: 502, the connection ends, and the next request gets a new connection. */
function bad(name: string, bytes: string, answer = BAD): Conversation {
  return {
    name,
    pods: { o1: { scripts: [[bytes, GONE, mark('gone')]] } },
    client: [GET, sees(answer), when('gone'), NEXT, sees(own('o1'))],
    upstream: { o1: [FORWARDED, FORWARDED_NEXT] },
    after: 'kept',
  };
}

const many = (count: number): string =>
  Array.from({ length: count }, (_, index) => `X-${index}: v\r\n`).join('');
const lengths = ['foo', '-5', '+5', '5, 5', '', '99999999999999999999'];
const codings = ['foo', 'gzip', 'chunked, chunked', 'identity'];

export const BAD_HEADS: readonly Conversation[] = [
  bad('garbage (P20)', 'hello there\r\n\r\n'),
  bad('garbage without an end of line (P20)', 'x'.repeat(70_000)),
  bad('HTTP/0.9', '<html>'.padEnd(70_000)),
  bad('HTTP/2.0', 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'),
  ...['99', '099', '1000', '2x0'].map((code) =>
    bad(`status ${code}`, `HTTP/1.1 ${code} X\r\nContent-Length: 0\r\n\r\n`),
  ),
  ...['\r\n', '\n'].map((end) =>
    bad(`a bare CR, then ${JSON.stringify(end)} (UF-16)`, `HTTP/1.1 200 OK\rContent-Length: 0${end}${end}`),
  ),
  bad('LF, obs-fold (UF-16)', 'HTTP/1.1 200 OK\nX: a\n b\nContent-Length: 0\n\n'),
  bad('obs-fold (UF-17)', `${OK}X: a\r\n b\r\nContent-Length: 0\r\n\r\n`),
  bad('space in a name (UF-17)', `${OK}X A: v\r\nContent-Length: 0\r\n\r\n`),
  bad('space before the colon (UF-17)', `${OK}Content-Length : 0\r\n\r\n`),
  ...['\0', '\x01', '\r'].map((byte) =>
    bad(`${JSON.stringify(byte)} in a value (UF-17)`, `${OK}X: a${byte}b\r\nContent-Length: 0\r\n\r\n`),
  ),
  bad('one field of 100,000 bytes (P20, UF-19)', `${OK}X: ${'v'.repeat(100_000)}\r\n\r\n`),
  bad('64 KiB in all (UF-19)', `${OK}${`X: ${'v'.repeat(1000)}\r\n`.repeat(66)}\r\n`),
  bad('257 fields (UF-20)', `${OK}${many(257)}\r\n`),
  ...lengths.map((length) =>
    bad(`length ${JSON.stringify(length)} (UF-21)`, `${OK}Content-Length: ${length}\r\n\r\nabcde`),
  ),
  bad('lengths, equal (UF-21)', `${OK}Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde`),
  bad('lengths, different (UF-21)', `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde`),
  bad(
    'a length and chunked (UF-21)',
    `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ),
  ...codings.map((coding) =>
    bad(`coding ${coding} (UF-24)`, `${OK}Transfer-Encoding: ${coding}\r\n\r\n0\r\n\r\n`),
  ),
  bad('coding gzip, chunked (UF-25)', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`),
  bad(
    'gzip, chunked on HTTP/1.0 (UF-26)',
    'HTTP/1.0 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
  ),
  bad(
    'a length and chunked on HTTP/1.0 (UF-26)',
    'HTTP/1.0 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ),
  bad(
    'an unrequested 101 (W11, UF-44)',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    BAD_UPGRADE,
  ),
  bad('a 101 without Upgrade (UF-45)', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', BAD_UPGRADE),
];

/** A valid head: the client gets the response `seen`. */
function good(
  name: string,
  bytes: string,
  seen: string,
  request = GET,
  forwardedAs = FORWARDED,
): Conversation {
  return {
    name,
    pods: { o1: { scripts: [[bytes]] } },
    client: [request, sees(seen)],
    upstream: { o1: [forwardedAs] },
    after: 'kept',
  };
}

const cookies = ['Set-Cookie: a=1', 'set-cookie: b=2', 'Expires: 1', 'SET-COOKIE: c=3', 'Expires: 2'];
const te = get('/', 'TE: trailers', 'Connection: TE');
const forwardedTe = forwarded('GET /', ['Host: t.local', 'Connection: TE', 'TE: trailers']);
const TRAILERS = `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-T: v\r\n\r\n`;
const chunkedHead = (...lines: string[]): string =>
  relayed('200 OK', [...lines, DATE, 'Transfer-Encoding: chunked']);

export const GOOD_HEADS: readonly Conversation[] = [
  {
    name: 'a head that arrives byte by byte',
    pods: { o1: { scripts: [byteByByte(ok('slowly', 'X-Foo: bar'))] } },
    client: [GET, sees(relayed('200 OK', ['X-Foo: bar', DATE, 'Content-Length: 6'], 's')), sees('lowly')],
    upstream: { o1: [FORWARDED] },
    after: 'kept',
  },
  good(
    '8-bit bytes in a value (UF-18)',
    ok('x', 'X-Foo: \xe9\xff'),
    relayed('200 OK', ['X-Foo: \xe9\xff', DATE, 'Content-Length: 1'], 'x'),
  ),
  good(
    '8-bit bytes in the reason (UF-18)',
    `HTTP/1.1 404 caf\xe9\r\nContent-Length: 0\r\n\r\n`,
    relayed('404 caf\xe9', [DATE, 'Content-Length: 0']),
  ),
  good(
    'a control in the reason (UF-18)',
    `HTTP/1.1 404 a\x01\r\nContent-Length: 0\r\n\r\n`,
    relayed('404 ', [DATE, 'Content-Length: 0']),
  ),
  good(
    'no reason (UF-18)',
    `HTTP/1.1 299\r\nContent-Length: 0\r\n\r\n`,
    relayed('299 ', [DATE, 'Content-Length: 0']),
  ),
  good(
    'a field of 17,000 bytes is below the limit (UF-19)',
    ok('', `X: ${'v'.repeat(17_000)}`),
    relayed('200 OK', [`X: ${'v'.repeat(17_000)}`, DATE, 'Content-Length: 0']),
  ),
  good(
    '256 fields (UF-20)',
    `${OK}${many(255)}Content-Length: 0\r\n\r\n`,
    relayed('200 OK', [...many(255).trimEnd().split('\r\n'), DATE, 'Content-Length: 0']),
  ),
  good(
    'order, case and repetition (UF-56)',
    ok('x', ...cookies),
    relayed('200 OK', [...cookies, DATE, 'Content-Length: 1'], 'x'),
  ),
  good(
    'content codings are left to the peers (UF-59)',
    ok('\x1f\x8b\0', ...Array.from({ length: 200 }, () => 'Content-Encoding: gzip')),
    relayed(
      '200 OK',
      [...Array.from({ length: 200 }, () => 'Content-Encoding: gzip'), DATE, 'Content-Length: 3'],
      '\x1f\x8b\0',
    ),
  ),
  good(
    'requested trailers (UF-29)',
    TRAILERS,
    `${chunkedHead()}1\r\nx\r\n0\r\nX-T: v\r\n\r\n`,
    te,
    forwardedTe,
  ),
  good('unrequested trailers (UF-29)', TRAILERS, chunkedHead() + chunked('x')),
  good(
    'a 304 with a length (UF-37)',
    'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 5\r\n\r\n',
    relayed('304 Not Modified', ['ETag: "x"', DATE, 'Content-Length: 5']),
  ),
  good('a 204 (P32)', 'HTTP/1.1 204 No Content\r\n\r\n', relayed('204 No Content', [DATE])),
];

const LENGTH = `${OK}Content-Length: 10\r\n\r\nabcde`;
const CHUNK = `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n`;
const UNFRAMED = `${OK}\r\nabcde`;
const SEEN_LENGTH = relayed('200 OK', [DATE, 'Content-Length: 10'], 'abcde');
const SEEN_CHUNK = `${chunkedHead()}5\r\nabcde\r\n`;

/** The pod ends the response after five bytes have reached the client: the connection of the client is aborted, too. */
function torn(name: string, bytes: string, how: readonly Step[], reason: string, more = ''): Conversation {
  return {
    name,
    pods: { o1: { scripts: [[bytes, when('five'), ...how, GONE]] } },
    client: [GET, sees(bytes.startsWith(LENGTH) ? SEEN_LENGTH : SEEN_CHUNK), mark('five'), sees(more)],
    upstream: { o1: [FORWARDED] },
    after: 'closed',
    log: [`200 ${reason}`],
  };
}

export const BODIES: readonly Conversation[] = [
  torn('a length, FIN (P19, UF-09)', LENGTH, [FIN], 'upstream-closed'),
  torn('a length, RST (P19, UF-09)', LENGTH, [RST], 'upstream-reset'),
  torn('chunked, FIN (P19, UF-10)', CHUNK, [FIN], 'upstream-closed'),
  torn('chunked, RST (P19, UF-10)', CHUNK, [RST], 'upstream-reset'),
  torn('data longer than its chunk (UF-10)', CHUNK, ['2\r\nfghi\r\n'], 'bad-response'),
  torn('inside a chunk, FIN (UF-10)', CHUNK, ['5\r\nfg', FIN], 'upstream-closed', '2\r\nfg\r\n'),
  torn('after the size of a chunk, FIN (UF-10)', CHUNK, ['5\r\n', FIN], 'upstream-closed'),
  torn('inside the end, FIN (UF-10)', CHUNK, ['0\r\n', FIN], 'upstream-closed'),
  torn('a bad chunk size (UF-10)', CHUNK, ['xyz\r\n'], 'bad-response'),
  torn('a bare CR after a chunk size (UF-10)', CHUNK, ['5\rfghij\r\n'], 'bad-response'),
  torn('17 digits that are not zeros (UF-10)', CHUNK, ['10000000000000005\r\n'], 'bad-response'),
  torn('zeros without an end (UF-10)', CHUNK, ['0'.repeat(40_000)], 'bad-response'),
  torn('blanks without an end (UF-10)', CHUNK, [' '.repeat(40_000)], 'bad-response'),
  torn('blanks in the middle of a size (UF-10)', CHUNK, ['1 0\r\n'], 'bad-response'),
  torn('no framing, RST (UF-12)', UNFRAMED, [RST], 'upstream-reset'),
  {
    name: 'no framing, RST, and an HTTP/1.0 client, which only the reset informs (UF-12)',
    pods: { o1: { scripts: [[UNFRAMED, when('five'), RST]] } },
    client: [
      head('GET / HTTP/1.0', 'Host: t.local'),
      sees(relayed('200 OK', [DATE, 'Connection: close'], 'abcde')),
      mark('five'),
    ],
    upstream: { o1: [FORWARDED] },
    after: 'reset',
  },
  {
    name: 'no framing, FIN, HTTP/1.1: complete, as chunks (UF-11)',
    pods: { o1: { scripts: [[UNFRAMED, when('five'), FIN]] } },
    client: [GET, sees(SEEN_CHUNK), mark('five'), sees('0\r\n\r\n')],
    upstream: { o1: [FORWARDED] },
    after: 'kept',
  },
  {
    name: 'no framing, FIN, HTTP/1.0: complete by the end of the connection (UF-11)',
    pods: { o1: { scripts: [[UNFRAMED, FIN]] } },
    client: [
      head('GET / HTTP/1.0', 'Host: t.local'),
      sees(relayed('200 OK', [DATE, 'Connection: close'], 'abcde')),
    ],
    upstream: { o1: [FORWARDED] },
    after: 'closed',
  },
];

/** The response is valid, and the next request shows whether podway uses the pod's connection again. */
function reuse(
  name: string,
  does: readonly Step[],
  seen: string,
  reused: 'reused' | 'dropped',
  method = 'GET',
): Conversation {
  const first = forwarded(`${method} /`);
  const request = get('/').replace('GET', method);
  return {
    name,
    pods: { o1: { scripts: [reused === 'dropped' ? [...does, GONE, mark('gone')] : does] } },
    client: [request, sees(seen), ...(reused === 'dropped' ? [when('gone')] : []), NEXT, sees(own('o1'))],
    upstream: { o1: reused === 'reused' ? [first + FORWARDED_NEXT] : [first, FORWARDED_NEXT] },
    settings: { upstreamKeepaliveTimeout: 60_000 },
    after: 'kept',
  };
}

const EVIL = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nEVIL!';
const HEAD_5 = `${OK}Content-Length: 5\r\n\r\n`;
const FIRST = fine('first');

const LF_HEAD = 'HTTP/1.1 200 OK\n';
/** The chunked response, as the client gets it. */
const CHUNKED_FIRST = chunkedHead() + chunked('first');
const inChunks = (name: string, bytes: string): Conversation =>
  reuse(name, [`${OK}Transfer-Encoding: chunked\r\n\r\n${bytes}`], CHUNKED_FIRST, 'dropped');

/** Tolerated forms of pods: podway writes their heads in canonical form, and ends the connection. */
export const ODDITIES: readonly Conversation[] = [
  reuse('LF only (UF-16)', [`${LF_HEAD}Content-Length: 5\n\nfirst`], FIRST, 'dropped'),
  reuse('LF in the status line (UF-16)', [`${LF_HEAD}Content-Length: 5\r\n\r\nfirst`], FIRST, 'dropped'),
  reuse(
    'LF after a field (UF-16)',
    [`${OK}X-A: b \nContent-Length: 5\r\n\r\nfirst`],
    relayed('200 OK', ['X-A: b', DATE, 'Content-Length: 5'], 'first'),
    'dropped',
  ),
  reuse('LF as the empty line (UF-16)', [`${OK}Content-Length: 5\r\n\nfirst`], FIRST, 'dropped'),
  reuse('LF, and only a status (UF-16)', ['HTTP/1.1 204\n\n'], relayed('204 ', [DATE]), 'dropped'),
  {
    ...reuse('LF, in pieces (UF-16)', [], FIRST, 'dropped'),
    pods: { o1: { scripts: [[...byteByByte(`${LF_HEAD}Content-Length: 5\n\nfirst`), GONE, mark('gone')]] } },
  },
  reuse(
    'LF, body up to the end (UF-16)',
    [`${LF_HEAD}Content-Type: a/b\n\nfirst`, FIN],
    `${relayed('200 OK', ['Content-Type: a/b', DATE, 'Transfer-Encoding: chunked'])}${chunked('first')}`,
    'dropped',
  ),
  reuse(
    'LF in an interim answer (UF-16)',
    [`HTTP/1.1 103 Early\nLink: <a>\n\n${ok('first')}`],
    `HTTP/1.1 103 Early\r\nLink: <a>\r\n\r\n${FIRST}`,
    'dropped',
  ),
  inChunks('LF in chunks (UF-28)', '5\nfirst\n0\n\n'),
  inChunks('LF only after the data (UF-28)', '5\r\nfirst\n0\r\n\r\n'),
  inChunks('LF after an extension (UF-28)', '5;a=b\nfirst\r\n0\r\n\r\n'),
  inChunks('LF in trailers (UF-28)', '5\r\nfirst\r\n0\r\nX: y\n\n'),
  inChunks('blanks after a size (UF-28)', '5  \t\r\nfirst\r\n0 \r\n\r\n'),
  inChunks('blanks before a size (UF-28)', ' \t5\r\nfirst\r\n 0\r\n\r\n'),
  inChunks('blanks around an extension (UF-28)', '5 ; a = b \r\nfirst\r\n0\r\n\r\n'),
  inChunks(
    'a thousand zeros before a size (UF-28)',
    `${'0'.repeat(1000)}5\r\nfirst\r\n${'0'.repeat(1000)}\r\n\r\n`,
  ),
  reuse(
    'chunked on HTTP/1.0 (UF-26)',
    [`HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n${chunked('first')}`],
    CHUNKED_FIRST,
    'dropped',
  ),
  ...['600', '999'].map((status) =>
    reuse(
      `a status of ${status}`,
      [ok('first').replace('200 OK', `${status} Odd`)],
      FIRST.replace('200 OK', `${status} Odd`),
      'dropped',
    ),
  ),
];

export const LEFTOVERS: readonly Conversation[] = [
  reuse('clean', [ok('first')], FIRST, 'reused'),
  reuse(
    'clean, chunked',
    [`${OK}Transfer-Encoding: chunked\r\n\r\n${chunked('first')}`],
    chunkedHead() + chunked('first'),
    'reused',
  ),
  reuse('junk after the body (UF-31)', [`${ok('first')}JUNK`], FIRST, 'dropped'),
  reuse('a complete response after the body (UF-31)', [ok('first') + EVIL], FIRST, 'dropped'),
  reuse(
    'junk after the last chunk (UF-31)',
    [`${OK}Transfer-Encoding: chunked\r\n\r\n${chunked('first')}X`],
    chunkedHead() + chunked('first'),
    'dropped',
  ),
  reuse(
    'HEAD with a body (UF-35)',
    [`${HEAD_5}abcde`],
    relayed('200 OK', [DATE, 'Content-Length: 5']),
    'dropped',
    'HEAD',
  ),
  reuse(
    'HEAD with a length: the pod has not shown yet that no body follows (UF-36)',
    [HEAD_5],
    relayed('200 OK', [DATE, 'Content-Length: 5']),
    'dropped',
    'HEAD',
  ),
  reuse(
    'HEAD, chunked: the pod has not shown yet that no body follows (UF-36)',
    [`${OK}Transfer-Encoding: chunked\r\n\r\n`],
    relayed('200 OK', [DATE]),
    'dropped',
    'HEAD',
  ),
  reuse(
    'HEAD without a body (UF-36)',
    [`${OK}Content-Length: 0\r\n\r\n`],
    relayed('200 OK', [DATE, 'Content-Length: 0']),
    'reused',
    'HEAD',
  ),
  reuse(
    'a 304 with a length (UF-37)',
    ['HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 5\r\n\r\n'],
    relayed('304 Not Modified', ['ETag: "x"', DATE, 'Content-Length: 5']),
    'reused',
  ),
  reuse(
    'a 304 with a body (UF-38)',
    ['HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nabcde'],
    relayed('304 Not Modified', [DATE, 'Content-Length: 5']),
    'dropped',
  ),
  reuse(
    'a 204 with a body (UF-38)',
    ['HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nabcde'],
    relayed('204 No Content', [DATE]),
    'dropped',
  ),
  reuse(
    'a 205 with a body (UF-39)',
    ['HTTP/1.1 205 Reset Content\r\nContent-Length: 5\r\n\r\nabcde'],
    relayed('205 Reset Content', [DATE, 'Content-Length: 0']),
    'dropped',
  ),
  reuse(
    'a 103 with a length (UF-39)',
    ['HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n', ok('first')],
    `HTTP/1.1 103 Early Hints\r\n\r\n${FIRST}`,
    'reused',
  ),
  reuse('Connection: close', [ok('first', 'Connection: close')], FIRST, 'dropped'),
  reuse('HTTP/1.0', ['HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nfirst'], FIRST, 'dropped'),
  reuse(
    'a complete response pushed while the connection is idle (UF-32)',
    [ok('first'), pause(15), EVIL],
    FIRST,
    'dropped',
  ),
  reuse(
    'a 408 on an idle connection (UF-34)',
    [
      ok('first'),
      pause(15),
      'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      FIN,
    ],
    FIRST,
    'dropped',
  ),
  reuse('a FIN on an idle connection (UF-53)', [ok('first'), FIN], FIRST, 'dropped'),
  reuse(
    'podway respects an announced Keep-Alive: timeout=1 (UF-54)',
    [ok('first', 'Keep-Alive: timeout=1')],
    FIRST,
    'dropped',
  ),
  {
    name: 'a pod that closes after every response without Connection: close loses no request (UF-53)',
    pods: { o1: { scripts: Array.from({ length: 20 }, () => [ok('x'), FIN]) } },
    client: Array.from({ length: 20 }, () => [GET, sees(fine('x'))]).flat(),
    upstream: { o1: Array.from({ length: 20 }, () => FORWARDED) },
    after: 'kept',
  },
  {
    name: 'a response after the timeout does not reach any client (UF-60)',
    pods: { o1: { scripts: [[GONE, EVIL, mark('late')]] } },
    settings: { responseHeadTimeout: 150 },
    client: [
      GET,
      sees(answered('504 Gateway Timeout', 'response-timeout')),
      when('late'),
      NEXT,
      sees(own('o1')),
    ],
    upstream: { o1: [FORWARDED, FORWARDED_NEXT] },
    after: 'kept',
    log: ['504 response-timeout', '200'],
  },
  {
    name: 'a silent pod (UF-48)',
    pods: { o1: { scripts: [[GONE]] }, o2: { paths: '/other' } },
    settings: { responseHeadTimeout: 150 },
    client: [GET, sees(answered('504 Gateway Timeout', 'response-timeout'))],
    upstream: { o1: [FORWARDED] },
    after: 'kept',
    log: ['504 response-timeout'],
  },
];

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n';
const PROCESSING = 'HTTP/1.1 102 Processing\r\n\r\n';
const TOO_MANY = answered('502 Bad Gateway', 'too-many-interim-responses');

export const INTERIM: readonly Conversation[] = [
  good('an unrequested 100 is dropped (UF-40)', CONTINUE + ok('x'), fine('x')),
  good('HTTP/1.1 clients get a 103 (UF-41)', HINTS + ok('x'), HINTS + fine('x')),
  good(
    '102 and 199 too (UF-41)',
    `${PROCESSING}HTTP/1.1 199 Odd\r\n\r\n${ok('x')}`,
    `${PROCESSING}HTTP/1.1 199 Odd\r\n\r\n${fine('x')}`,
  ),
  {
    name: 'HTTP/1.0 clients do not get a 103 (UF-41)',
    pods: { o1: { scripts: [[HINTS + ok('x')]] } },
    client: [
      head('GET / HTTP/1.0', 'Host: t.local'),
      sees(relayed('200 OK', [DATE, 'Content-Length: 1', 'Connection: close'], 'x')),
    ],
    upstream: { o1: [FORWARDED] },
    after: 'closed',
  },
  {
    name: 'a 103, then FIN (UF-42)',
    pods: { o1: { scripts: [[HINTS, FIN]] } },
    client: [GET, sees(HINTS + BAD)],
    upstream: { o1: [FORWARDED] },
    after: 'kept',
  },
  good('32 interim answers (UF-43)', PROCESSING.repeat(32) + ok('x'), PROCESSING.repeat(32) + fine('x')),
  bad('33 interim answers (UF-43)', PROCESSING.repeat(33) + ok('x'), PROCESSING.repeat(32) + TOO_MANY),
  bad('33 interim responses that are not forwarded (UF-43)', CONTINUE.repeat(33) + ok('x'), TOO_MANY),
  {
    name: 'slow interim responses do not extend the wait (UF-43)',
    pods: { o1: { scripts: [[...Array.from({ length: 30 }, () => [CONTINUE, pause(20)]).flat(), GONE]] } },
    settings: { responseHeadTimeout: 200 },
    client: [GET, sees(answered('504 Gateway Timeout', 'response-timeout'))],
    upstream: { o1: [FORWARDED] },
    after: 'kept',
  },
];

/** Each pod answers its own requests, regardless of earlier connections. */
const SHARED: Conversation = {
  name: 'pods never share connections (UF-31)',
  pods: { a: { paths: '/a' }, b: { paths: '/b' } },
  client: ['a', 'b', 'a', 'b'].flatMap((name) => [get(`/${name}`), sees(own(name, `GET /${name}`))]),
  upstream: { a: [forwarded('GET /a').repeat(2)], b: [forwarded('GET /b').repeat(2)] },
  after: 'kept',
};

const POST = post('/', 'body');
const FORWARDED_POST = forwarded('POST /', ['Host: t.local', 'Content-Length: 4'], 'body');
const RESET = answered('502 Bad Gateway', 'upstream-reset');
const CLOSED = answered('502 Bad Gateway', 'upstream-closed');

export const RETRIES: readonly Conversation[] = [
  SHARED,
  {
    name: 'FIN inside the head (UF-05)',
    pods: { o1: { scripts: [['HTTP/1.1 200 OK\r\nX: y', FIN]] } },
    client: [GET, sees(BAD)],
    upstream: { o1: [FORWARDED] },
    after: 'kept',
  },
  {
    name: 'the only pod refuses (P15, UF-02)',
    pods: { o1: { refuses: true } },
    client: [GET, sees(answered('502 Bad Gateway', 'connect-refused'))],
    upstream: {},
    after: 'kept',
    counters: { upstream_connect_failures: 1, upstream_ejections: 1 },
    log: ['502 connect-refused'],
  },
  {
    name: 'all pods refuse: podway tries three of them (UF-02)',
    pods: { a: { refuses: true }, b: { refuses: true }, c: { refuses: true }, d: { refuses: true } },
    client: [GET, sees(answered('502 Bad Gateway', 'connect-refused'))],
    upstream: {},
    after: 'kept',
    counters: { upstream_connect_failures: 3, upstream_retries: 2, upstream_ejections: 3 },
  },
  {
    name: 'the only pod accepts no connection (UF-03)',
    pods: { o1: { blackHole: true } },
    settings: { connectTimeout: 150 },
    client: [GET, sees(answered('504 Gateway Timeout', 'connect-timeout'))],
    upstream: {},
    after: 'kept',
    counters: { upstream_connect_failures: 1, upstream_ejections: 1 },
  },
  {
    name: 'one pod accepts no connection: another one answers (P18, UF-03)',
    pods: { a: { blackHole: true }, b: {} },
    settings: { connectTimeout: 150 },
    client: [NEXT, sees(own('b')), NEXT, sees(own('b'))],
    upstream: { b: [FORWARDED_NEXT.repeat(2)] },
    after: 'kept',
    counters: { upstream_connect_failures: 1, upstream_retries: 1, upstream_ejections: 1 },
  },
  {
    name: 'one pod cannot be reached: another one answers (UF-04)',
    pods: { a: { address: '255.255.255.255', refuses: true }, b: {} },
    client: [NEXT, sees(own('b')), NEXT, sees(own('b'))],
    upstream: { b: [FORWARDED_NEXT.repeat(2)] },
    after: 'kept',
    counters: { upstream_connect_failures: 1, upstream_retries: 1, upstream_ejections: 1 },
  },
  {
    name: 'the only pod cannot be reached (UF-04)',
    pods: { a: { address: '255.255.255.255', refuses: true } },
    client: [GET, sees(answered('502 Bad Gateway', 'connect-refused'))],
    upstream: {},
    after: 'kept',
    counters: { upstream_connect_failures: 1, upstream_ejections: 1 },
  },
  ...(
    [
      ['FIN', FIN, CLOSED],
      ['RST', RST, RESET],
    ] as const
  ).flatMap(([how, end, answer]): Conversation[] => [
    {
      name: `${how} before any byte of a response, GET: the other pod answers (UF-05)`,
      pods: { a: { scripts: [[end]] }, b: {} },
      client: [NEXT, sees(own('b'))],
      upstream: { a: [FORWARDED_NEXT], b: [FORWARDED_NEXT] },
      after: 'kept',
      counters: { upstream_retries: 1 },
    },
    {
      name: `${how} before any byte of a response, GET, no other pod (UF-05)`,
      pods: { a: { scripts: [[end]] } },
      client: [GET, sees(answer)],
      upstream: { a: [FORWARDED] },
      after: 'kept',
    },
    {
      name: `${how} before any byte of a response, POST: only one pod gets it (UF-05)`,
      pods: { a: { scripts: [[BODY, end]] }, b: {} },
      client: [POST, sees(answer)],
      upstream: { a: [FORWARDED_POST] },
      after: 'kept',
    },
    {
      name: `${how} crosses a GET on a reused connection: the client gets its response (P43, UF-06)`,
      pods: { a: { scripts: [[ok('first')], [end]] } },
      client: [GET, sees(FIRST), NEXT, sees(own('a'))],
      upstream: { a: [FORWARDED + FORWARDED_NEXT, FORWARDED_NEXT] },
      after: 'kept',
      counters: { upstream_retries: 1 },
    },
    {
      name: `${how} crosses a POST on a reused connection: never sent twice (UF-07)`,
      pods: { a: { scripts: [[ok('first')], [BODY, end]] } },
      client: [GET, sees(FIRST), POST, sees(answer)],
      upstream: { a: [FORWARDED + FORWARDED_POST] },
      after: 'kept',
    },
  ]),
  {
    name: 'a GET that makes every pod end its connection reaches two pods (UF-05)',
    pods: { a: { scripts: [[RST]] }, b: { scripts: [[RST]] }, c: {} },
    client: [GET, sees(RESET)],
    upstream: { a: [FORWARDED], b: [FORWARDED] },
    after: 'kept',
    counters: { upstream_retries: 1 },
  },
  {
    name: 'after a truncated response no other pod is tried (UF-09)',
    pods: { a: { scripts: [[LENGTH, when('five'), RST]] }, b: {} },
    client: [GET, sees(SEEN_LENGTH), mark('five'), GONE, RECONNECT],
    upstream: { a: [FORWARDED] },
    after: 'left',
  },
];
