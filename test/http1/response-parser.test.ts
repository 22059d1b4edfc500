import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResponseHead } from '../../src/http1/response-head.ts';
import { ResponseParser } from '../../src/http1/response-parser.ts';
import { everyByte } from './read-request.ts';

const LIMITS = { line: 8_192, head: 65_536, fields: 256 };
type Outcome = { readonly end: number; readonly head: ResponseHead } | string;
type Expected = string | Partial<ResponseHead>;

/** Reads `text` split after each of `cuts`. Every buffer is longer than the last and has the bytes at another place. */
function read(text: string, cuts: readonly number[]): Outcome {
  const parser = new ResponseParser(LIMITS);
  for (const cut of [...cuts, text.length]) {
    const start = cut % 3;
    const bytes = Buffer.from(`${'@'.repeat(start)}${text.slice(0, cut)}@@@@`, 'latin1');
    const end = parser.parse(bytes, start, bytes.length - 4);
    if (end < 0) return parser.error;
    if (end > 0) return { end: end - start, head: parser.head };
  }
  return 'more';
}

function check(text: string, expected: Expected): void {
  const whole = read(text, []);
  const name = JSON.stringify(text.slice(0, 200));
  if (typeof expected === 'string') assert.equal(whole, expected, name);
  else {
    assert.ok(typeof whole === 'object', `${name}: ${JSON.stringify(whole)}`);
    for (const [key, value] of Object.entries(expected)) {
      assert.deepEqual(whole.head[key as keyof ResponseHead], value, `${key} of ${name}`);
    }
  }
  assert.deepEqual(read(text, everyByte(text)), whole, `byte by byte: ${name}`);
  if (text.length > 2_000) return;
  for (let cut = 1; cut < text.length; cut++)
    assert.deepEqual(read(text, [cut]), whole, `cut at ${cut}: ${name}`);
}

/** Status lines. Each is followed by an empty line. */
const LINES: readonly (readonly [string, Expected])[] = [
  ['HTTP/1.1 200 OK', { status: 200, reason: 'OK', minor: 1, framing: 'close', keepAlive: true }],
  ['HTTP/1.0 404 Not Found', { status: 404, reason: 'Not Found', minor: 0, keepAlive: false }],
  ['HTTP/1.1 200 ', { status: 200, reason: '' }],
  ['HTTP/1.1 200', { status: 200, reason: '' }],
  ['HTTP/1.1 299 a  b\tc', { status: 299, reason: 'a  b\tc' }],
  ['HTTP/1.1 200 \xe9', { reason: '\xe9' }],
  ['HTTP/1.1 200 a\x01b', { reason: '' }],
  ['HTTP/1.1 200 a\0b', { reason: '' }],
  ['HTTP/1.1 100 Continue', { status: 100 }],
  ['HTTP/1.0 100 Continue', 'bad-status-line'],
  ['HTTP/1.0 103 Early Hints', 'bad-status-line'],
  ['HTTP/1.0 101 Switching Protocols', 'bad-status-line'],
  ['HTTP/1.1 599 x', { status: 599 }],
  ['HTTP/1.1 600 x', { status: 600, keepAlive: false }],
  ['HTTP/1.1 999 x', { status: 999, reason: 'x', keepAlive: false }],
  ['HTTP/1.1 099 x', 'bad-status-line'],
  ['HTTP/1.1 2000 x', 'bad-status-line'],
  ['HTTP/1.1 20 x', 'bad-status-line'],
  ['HTTP/1.1 2xx x', 'bad-status-line'],
  ['HTTP/1.1  200 x', 'bad-status-line'],
  ['HTTP/1.1 200x', 'bad-status-line'],
  ['HTTP/1.1\t200 x', 'bad-status-line'],
  ['HTTP/1.2 200 x', 'bad-status-line'],
  ['HTTP/2.0 200 x', 'bad-status-line'],
  ['HTTP/2 200', 'bad-status-line'],
  ['http/1.1 200 OK', 'bad-status-line'],
  ['ICY 200 OK', 'bad-status-line'],
  [' HTTP/1.1 200 OK', 'bad-status-line'],
  ['\r\nHTTP/1.1 200 OK', 'bad-status-line'],
  ['hello', 'bad-status-line'],
  ['HTTP/1.1 200 OK\nA: b', { status: 200, reason: 'OK', loose: true, keepAlive: false }],
  ['HTTP/1.1 200\nA: b', { status: 200, reason: '', loose: true }],
  ['HTTP/1.1 200 OK\n b', 'bad-header'],
  ['HTTP/1.1 200 a\rb', 'bad-status-line'],
  [`HTTP/1.1 200 ${'x'.repeat(9_000)}`, 'head-too-large'],
];

for (const [line, expected] of LINES) {
  test(`status line ${JSON.stringify(line.slice(0, 40))}`, () => check(`${line}\r\n\r\n`, expected));
}

/** Rows of the hazards UF and of HD-35, HD-36: field lines after `HTTP/1.1 200 OK`. */
const FIELDS: readonly (readonly [string, string, Expected])[] = [
  ['LF (UF-16)', 'A: b\nC: d\r\n', { loose: true, keepAlive: false }],
  ['CRLF (UF-16)', 'A: b\r\nC: d\r\n', { loose: false, keepAlive: true }],
  ['LF as the end (UF-16)', 'A: b\r\n\n', { loose: true, keepAlive: false }],
  ['LF as the end of 256 fields (UF-16)', `${'A: b\r\n'.repeat(256)}\n`, { loose: true }],
  ['LF, chunked (UF-16)', 'Transfer-Encoding: chunked \n', { framing: 'chunked', loose: true }],
  ['CR CR LF (UF-16)', 'A: b\r\r\n', 'bad-header'],
  ['LF CR (UF-16)', 'A: b\n\rC: d\r\n', 'bad-header'],
  ['folded (UF-17)', 'A: b\r\n c\r\n', 'bad-header'],
  ['space in the name (UF-17)', 'X A: v\r\n', 'bad-header'],
  ['space before the colon (UF-17)', 'Content-Length : 5\r\n', 'bad-header'],
  ['NUL (UF-17)', 'A: \0\r\n', 'bad-header'],
  ['CR (UF-17)', 'A: a\rb\r\n', 'bad-header'],
  ['\\x01 (UF-17)', 'A: \x01\r\n', 'bad-header'],
  ['obs-text (UF-18)', 'A: \xe9\xff\r\n', { status: 200 }],
  ['17,000 octets (UF-19)', `A: ${'v'.repeat(17_000)}\r\n`, { status: 200 }],
  ['64 KiB (UF-19)', `A: ${'v'.repeat(65_536)}\r\n`, 'head-too-large'],
  ['256 fields (UF-20)', 'A: b\r\n'.repeat(256), { status: 200 }],
  ['257 fields (UF-20)', 'A: b\r\n'.repeat(257), 'too-many-headers'],
  ['length', 'Content-Length: 5\r\n', { framing: 'length', contentLength: 5 }],
  ...['foo', '-5', '+5', '5, 5', '', '5 5'].map(
    (value) => [`length ${value} (UF-21)`, `Content-Length: ${value}\r\n`, 'bad-length'] as const,
  ),
  ['equal lengths (UF-21)', 'Content-Length: 5\r\nContent-Length: 5\r\n', 'bad-length'],
  ['differing lengths (UF-21)', 'Content-Length: 5\r\nContent-Length: 6\r\n', 'bad-length'],
  ['chunked', 'Transfer-Encoding: Chunked\r\n', { framing: 'chunked', contentLength: 0 }],
  ...['foo', 'gzip', 'gzip, chunked', 'chunked, chunked', ',chunked', '', 'identity'].map(
    (value) => [`coding ${value} (UF-24)`, `Transfer-Encoding: ${value}\r\n`, 'bad-coding'] as const,
  ),
  ['chunked twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', 'bad-coding'],
  ['gzip, then chunked', 'Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n', 'bad-coding'],
  ['length and chunked', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', 'length-and-chunked'],
  ['close', 'Connection: close\r\n', { keepAlive: false }],
  ['close among others (HD-35)', 'Connection: X-Foo, close\r\nX-Foo: 1\r\n', { keepAlive: false }],
  [
    'keep-alive',
    'Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n',
    { keepAlive: true, keepAliveTimeout: 5, keepAliveMax: -1 },
  ],
  ['Keep-Alive (UF-54)', 'Keep-Alive: timeout=1, max=3\r\n', { keepAliveTimeout: 1, keepAliveMax: 3 }],
  [
    'odd Keep-Alive',
    'Keep-Alive: Timeout=, MAX=x,,timeouts=5\r\n',
    { keepAliveTimeout: -1, keepAliveMax: -1 },
  ],
  [
    'websocket',
    'Connection: Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Accept: x\r\n',
    { upgrade: 'WebSocket', hasAccept: true },
  ],
  [
    'no accept (WS-20)',
    'Connection: Upgrade\r\nUpgrade: websocket\r\n',
    { upgrade: 'websocket', hasAccept: false },
  ],
  ['no upgrade (UF-45)', 'Connection: Upgrade\r\n', { upgrade: '' }],
  ['upgrade to something else', 'Connection: Upgrade\r\nUpgrade: h2c\r\n', { upgrade: 'h2c' }],
  ['NO (P36)', 'X-Accel-Buffering: NO\r\n', { accelBuffering: 'no' }],
  ['blanks (P36)', 'X-Accel-Buffering:  yes \r\n', { accelBuffering: 'yes' }],
  ['maybe (P36)', 'X-Accel-Buffering: maybe\r\n', { accelBuffering: 'unset' }],
  ['event stream', 'Content-Type: Text/Event-Stream; charset=utf-8\r\n', { streaming: 'events' }],
  ['gRPC', 'Content-Type: application/grpc+proto\r\n', { streaming: 'calls' }],
  ['no stream', 'Content-Type: text/html\r\n', { streaming: '' }],
  ['date', 'date: x\r\n', { hasDate: true }],
  ['no date', '', { hasDate: false }],
];

for (const [name, lines, expected] of FIELDS) {
  test(name, () => check(`HTTP/1.1 200 OK\r\n${lines}\r\n`, expected));
}

test('Transfer-Encoding on HTTP/1.0 (UF-26)', () => {
  const keepAlive = 'Connection: keep-alive\r\n';
  check(`HTTP/1.0 200 OK\r\n${keepAlive}Transfer-Encoding: chunked\r\n\r\n`, {
    framing: 'chunked',
    keepAlive: false,
  });
  check(`HTTP/1.0 200 OK\r\n${keepAlive}Transfer-Encoding: gzip\r\n\r\n`, 'bad-coding');
});

test('keep-alive on HTTP/1.0', () => {
  check('HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n', { keepAlive: true });
});

test('one parser reads several heads in sequence', () => {
  const parser = new ResponseParser(LIMITS);
  const bytes = Buffer.from(
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 \x01\r\nA: b\r\n\r\nHTTP/1.1 204 OK\r\n\r\n',
  );
  const seen: [number, string][] = [];
  for (let at = 0; at < bytes.length; ) {
    at = parser.parse(bytes, at, bytes.length);
    assert.ok(at > 0);
    seen.push([parser.head.status, parser.head.reason]);
  }
  assert.deepEqual(seen, [
    [100, 'Continue'],
    [200, ''],
    [204, 'OK'],
  ]);
});
