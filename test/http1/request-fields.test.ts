import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRequest, type Expected } from './check-request.ts';
import { fieldsOf, KEY_HEADER, readRequest } from './read-request.ts';

/** hazards: HD. Field lines behind `Host: t.local`, HTTP/1.1, no body, unless the bytes say otherwise. */
const CASES: readonly (readonly [string, string, Expected])[] = [
  ['HD-03 two equal hosts', 'Host: t.local\r\n', '400 two-hosts'],
  ['two hosts in other case', 'hOsT: evil\r\n', '400 two-hosts'],
  ['HD-12 folded value', 'X: a\r\n b\r\n', '400 bad-header'],
  ['HD-12 folded with a tab', 'X: a\r\n\tb\r\n', '400 bad-header'],
  ['HD-14 no name', ': v\r\n', '400 bad-header'],
  ['HD-14 no colon', 'Foo\r\n', '400 bad-header'],
  ['HD-14 only a colon', ':\r\n', '400 bad-header'],
  ['HD-15 NUL', 'X: a\0b\r\n', '400 bad-header'],
  ['HD-15 bare CR', 'X: a\rb\r\n', '400 bad-header'],
  ['HD-15 bare LF', 'X: a\nb\r\n', '400 bad-header'],
  ['HD-15 \\x01', 'X: a\x01b\r\n', '400 bad-header'],
  ['HD-15 \\x0b', 'X: a\x0bb\r\n', '400 bad-header'],
  ['HD-15 DEL', 'X: a\x7fb\r\n', '400 bad-header'],
  ['HD-16 obs-text', 'X: \x80\xff\xe9\r\n', {}],
  ['HD-18 names of Object.prototype', '__proto__: x\r\nconstructor: y\r\ntoString: z\r\n', {}],
  ['HD-19 one value too large', `X: ${'v'.repeat(40_000)}\r\n`, '431 head-too-large'],
  ['HD-20 100 fields', 'X: 1\r\n'.repeat(99), { hasHost: true }],
  ['HD-20 101 fields', 'X: 1\r\n'.repeat(100), '431 too-many-headers'],
  ['HD-22 late fields change nothing', `${'X: 1\r\n'.repeat(100)}Host: evil\r\n`, '431 too-many-headers'],
  ['HD-24 alias of the key', 'X_ROUTING_API_KEY: k\r\n', { keyLines: 0, key: '' }],
  ['HD-24 half an alias of the key', 'X-Routing_API-Key: k\r\n', { keyLines: 0 }],
  ['HD-24 alias of a forwarded field', 'X_Forwarded_For: 1.1.1.1\r\n', { forwardedFor: '' }],
  ['HD-24 alias of framing', 'Content_Length: 5\r\nTransfer_Encoding: chunked\r\n', { framing: 'none' }],
  ['HD-24 alias of Connection', 'Connection: keep-alive\r\nConnection_: close\r\n', { keepAlive: true }],
  ['key', 'X-ROUTING-API-KEY: abc=\r\n', { keyLines: 1, key: 'abc=' }],
  ['key in any case', 'x-Routing-api-KEY:abc=\r\n', { keyLines: 1, key: 'abc=' }],
  ['AU-04 two keys', 'X-Routing-Api-Key: a\r\nX-Routing-Api-Key: b\r\n', { keyLines: 2, key: 'a' }],
  ['AU-11 space before the colon', 'X-ROUTING-API-KEY : k\r\n', '400 bad-header'],
  ['AU-11 8-bit before the colon', 'X-ROUTING-API-KEY\x85: k\r\n', '400 bad-header'],
  ['empty key', 'X-ROUTING-API-KEY:\r\n', { keyLines: 1, key: '' }],
  ['HD-30 odd Connection', 'Connection: ,,;, "x"\r\n', { keepAlive: true, upgrade: '' }],
  ['HD-32 trailers and more', 'TE: trailers, gzip\r\n', { trailers: true }],
  ['HD-32 trailers on the second line', 'TE: gzip\r\nTE: Trailers\r\n', { trailers: true }],
  ['HD-32 gzip', 'TE: gzip\r\n', { trailers: false }],
  ['HD-32 with a weight', 'TE: trailers;q=0.5\r\n', { trailers: false }],
  ['close', 'Connection: close\r\n', { keepAlive: false }],
  ['close in a list', 'Connection: foo , CLOSE\r\n', { keepAlive: false }],
  ['close wins', 'Connection: keep-alive\r\nConnection: close\r\n', { keepAlive: false }],
  ['not a token of its own', 'Connection: closed, xclose\r\n', { keepAlive: true }],
  ['SM-38 expectation', 'Expect: 100-Continue\r\n', { expect: 'continue' }],
  ['SM-38 more than one word', 'Expect: y 100-continue\r\n', { expect: 'other' }],
  ['SM-38 list', 'Expect: 100-continue, foo\r\n', { expect: 'other' }],
  ['SM-38 two lines', 'Expect: 100-continue\r\nExpect: 100-Continue\r\n', { expect: 'continue' }],
  ['SM-38 a comma behind it', 'Expect: 100-continue,\r\n', { expect: 'continue' }],
  ['SM-38 empty items', 'Expect: , 100-continue ,,\r\n', { expect: 'continue' }],
  ['SM-38 twice in a line', 'Expect: 100-continue, 100-continue\r\n', { expect: 'continue' }],
  ['SM-38 an empty line behind it', 'Expect: 100-continue\r\nExpect:\r\n', { expect: 'continue' }],
  ['SM-38 with a parameter', 'Expect: 100-continue;x=y\r\n', { expect: 'other' }],
  ['SM-38 second line is another', 'Expect: foo\r\nExpect: 100-continue\r\n', { expect: 'other' }],
  ['empty expectation', 'Expect:\r\n', { expect: 'none' }],
  ['nothing but commas', 'Expect: ,,\r\n', { expect: 'none' }],
  [
    'WS-28 websocket',
    'Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key: x\r\n',
    { upgrade: 'WebSocket', websocketKeys: 1 },
  ],
  ['WS-02 two keys', 'Sec-WebSocket-Key: x\r\nsec-websocket-key: y\r\n', { websocketKeys: 2 }],
  [
    'SM-43 h2c',
    'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n',
    { upgrade: 'h2c' },
  ],
  [
    'websocket among others',
    'Connection: upgrade\r\nUpgrade: h2c, websocket\r\n',
    { upgrade: 'h2c, websocket' },
  ],
  [
    'Upgrade in two lines',
    'Connection: upgrade\r\nUpgrade: tcp\r\nUpgrade: websocket\r\n',
    { upgrade: 'tcp, websocket' },
  ],
  [
    'websocket with a version',
    'Connection: upgrade\r\nUpgrade: websocket/13\r\n',
    { upgrade: 'websocket/13' },
  ],
  ['SM-45 Upgrade without Connection', 'Upgrade: websocket\r\n', { upgrade: '' }],
  ['Connection without Upgrade', 'Connection: upgrade\r\n', { upgrade: '' }],
  ['SM-51 end of the head', 'X: a\r\n\rX', '400 bad-header'],
  ['forwarded', 'X-Forwarded-For: a\r\nX-Forwarded-For:  b, c\r\n', { forwardedFor: 'a, b, c' }],
  [
    'forwarded, first line each',
    'X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\nX-Forwarded-Port: 1\r\nX-Request-Id: r\r\n',
    { forwardedProto: 'https', forwardedHost: 'h', forwardedPort: '1', requestId: 'r' },
  ],
  ['white space around a value', 'Content-Length: \t5\t \r\n', { contentLength: 5, framing: 'length' }],
];

for (const [name, lines, expected] of CASES) {
  test(name, () => checkRequest(`GET / HTTP/1.1\r\nHost: t.local\r\n${lines}\r\n`, expected));
}

/** Whole heads. */
const HEADS: readonly (readonly [string, string, Expected])[] = [
  ['HD-11 no Host on 1.0', 'GET / HTTP/1.0\r\n\r\n', { hasHost: false, host: '' }],
  ['no Host on 1.1', 'GET / HTTP/1.1\r\n\r\n', '400 no-host'],
  ['empty Host: judged by the host grammar', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', { hasHost: true, host: '' }],
  ['HD-09 NUL in Host', 'GET / HTTP/1.1\r\nHost: t.local\0.evil\r\n\r\n', '400 bad-header'],
  ['HD-12 first line begins with a space', 'GET / HTTP/1.1\r\n Host: t.local\r\n\r\n', '400 bad-header'],
  ['HD-12 first line begins with a tab', 'GET / HTTP/1.1\r\n\tHost: t.local\r\n\r\n', '400 bad-header'],
  ['alias of Host', 'GET / HTTP/1.1\r\nHost: a\r\nH_ost: b\r\n\r\n', { host: 'a' }],
  ['keep-alive on 1.0', 'GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n', { keepAlive: true }],
  ['DF-12 expectation on 1.0', 'GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n', { expect: 'none' }],
  ['upgrade on 1.0', 'GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n', { upgrade: '' }],
  ['largest head', sized(32_768), { hasHost: true }],
  ['head one octet too large', sized(32_769), '431 head-too-large'],
  ['head that never ends', sized(40_000).slice(0, -4), '431 head-too-large'],
  ['unfinished', 'GET / HTTP/1.1\r\nHost: t.local\r\n', 'more'],
  ['nothing', '', 'more'],
];

for (const [name, text, expected] of HEADS) test(name, () => checkRequest(text, expected));

function sized(octets: number): string {
  const start = 'GET / HTTP/1.1\r\nHost: t.local\r\nX: ';
  return `${start}${'x'.repeat(octets - start.length - 4)}\r\n\r\n`;
}

test('fields keep their order, case and duplicates', () => {
  const outcome = readRequest('GET / HTTP/1.1\r\nHOST:t\r\nCookie: a\r\ncookie:  b \r\n__proto__: x\r\n\r\n');
  assert.ok(outcome.kind === 'head');
  assert.deepEqual(fieldsOf(outcome.head), [
    ['HOST', 't'],
    ['Cookie', 'a'],
    ['cookie', 'b'],
    ['__proto__', 'x'],
  ]);
  assert.equal(KEY_HEADER, KEY_HEADER.toLowerCase());
});
