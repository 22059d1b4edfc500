import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRequest, type Expected } from './check-request.ts';
import { fieldsOf, KEY_HEADER, readRequest } from './read-request.ts';

/** Rows of the hazards HD: field lines after `Host: t.local`, for HTTP/1.1 without a body unless a row sets one. */
const CASES: readonly (readonly [string, string, Expected])[] = [
  ['two equal hosts (HD-03)', 'Host: t.local\r\n', '400 two-hosts'],
  ['two hosts in other case', 'hOsT: evil\r\n', '400 two-hosts'],
  ['folded value (HD-12)', 'X: a\r\n b\r\n', '400 bad-header'],
  ['folded with a tab (HD-12)', 'X: a\r\n\tb\r\n', '400 bad-header'],
  ['no name (HD-14)', ': v\r\n', '400 bad-header'],
  ['no colon (HD-14)', 'Foo\r\n', '400 bad-header'],
  ['only a colon (HD-14)', ':\r\n', '400 bad-header'],
  ['NUL (HD-15)', 'X: a\0b\r\n', '400 bad-header'],
  ['bare CR (HD-15)', 'X: a\rb\r\n', '400 bad-header'],
  ['bare LF (HD-15)', 'X: a\nb\r\n', '400 bad-header'],
  ['\\x01 (HD-15)', 'X: a\x01b\r\n', '400 bad-header'],
  ['\\x0b (HD-15)', 'X: a\x0bb\r\n', '400 bad-header'],
  ['DEL (HD-15)', 'X: a\x7fb\r\n', '400 bad-header'],
  ['obs-text (HD-16)', 'X: \x80\xff\xe9\r\n', {}],
  ['names of Object.prototype (HD-18)', '__proto__: x\r\nconstructor: y\r\ntoString: z\r\n', {}],
  ['one value too large (HD-19)', `X: ${'v'.repeat(40_000)}\r\n`, '431 head-too-large'],
  ['100 fields (HD-20)', 'X: 1\r\n'.repeat(99), { hasHost: true }],
  ['101 fields (HD-20)', 'X: 1\r\n'.repeat(100), '431 too-many-headers'],
  [
    'late fields do not change the result (HD-22)',
    `${'X: 1\r\n'.repeat(100)}Host: evil\r\n`,
    '431 too-many-headers',
  ],
  ['alias of the key (HD-24)', 'X_ROUTING_API_KEY: k\r\n', { keyLines: 0, key: '' }],
  ['half an alias of the key (HD-24)', 'X-Routing_API-Key: k\r\n', { keyLines: 0 }],
  ['alias of a forwarded field (HD-24)', 'X_Forwarded_For: 1.1.1.1\r\n', { forwardedFor: '' }],
  [
    'alias of framing fields (HD-24)',
    'Content_Length: 5\r\nTransfer_Encoding: chunked\r\n',
    { framing: 'none' },
  ],
  ['alias of Connection (HD-24)', 'Connection: keep-alive\r\nConnection_: close\r\n', { keepAlive: true }],
  ['key', 'X-ROUTING-API-KEY: abc=\r\n', { keyLines: 1, key: 'abc=' }],
  ['key in any case', 'x-Routing-api-KEY:abc=\r\n', { keyLines: 1, key: 'abc=' }],
  ['two keys (AU-04)', 'X-Routing-Api-Key: a\r\nX-Routing-Api-Key: b\r\n', { keyLines: 2, key: 'a' }],
  ['space before the colon (AU-11)', 'X-ROUTING-API-KEY : k\r\n', '400 bad-header'],
  ['8-bit before the colon (AU-11)', 'X-ROUTING-API-KEY\x85: k\r\n', '400 bad-header'],
  ['empty key', 'X-ROUTING-API-KEY:\r\n', { keyLines: 1, key: '' }],
  ['odd Connection (HD-30)', 'Connection: ,,;, "x"\r\n', { keepAlive: true, upgrade: '' }],
  ['trailers and more (HD-32)', 'TE: trailers, gzip\r\n', { trailers: true }],
  ['trailers on the second line (HD-32)', 'TE: gzip\r\nTE: Trailers\r\n', { trailers: true }],
  ['gzip (HD-32)', 'TE: gzip\r\n', { trailers: false }],
  ['with a weight (HD-32)', 'TE: trailers;q=0.5\r\n', { trailers: false }],
  ['close', 'Connection: close\r\n', { keepAlive: false }],
  ['close in a list', 'Connection: foo , CLOSE\r\n', { keepAlive: false }],
  ['close wins', 'Connection: keep-alive\r\nConnection: close\r\n', { keepAlive: false }],
  ['only a part of a token', 'Connection: closed, xclose\r\n', { keepAlive: true }],
  ['expectation (SM-38)', 'Expect: 100-Continue\r\n', { expect: 'continue' }],
  ['more than one word (SM-38)', 'Expect: y 100-continue\r\n', { expect: 'other' }],
  ['list (SM-38)', 'Expect: 100-continue, foo\r\n', { expect: 'other' }],
  ['two lines (SM-38)', 'Expect: 100-continue\r\nExpect: 100-Continue\r\n', { expect: 'continue' }],
  ['a comma after it (SM-38)', 'Expect: 100-continue,\r\n', { expect: 'continue' }],
  ['empty items (SM-38)', 'Expect: , 100-continue ,,\r\n', { expect: 'continue' }],
  ['twice in a line (SM-38)', 'Expect: 100-continue, 100-continue\r\n', { expect: 'continue' }],
  ['an empty second line (SM-38)', 'Expect: 100-continue\r\nExpect:\r\n', { expect: 'continue' }],
  ['with a parameter (SM-38)', 'Expect: 100-continue;x=y\r\n', { expect: 'other' }],
  ['second line is another (SM-38)', 'Expect: foo\r\nExpect: 100-continue\r\n', { expect: 'other' }],
  ['empty expectation', 'Expect:\r\n', { expect: 'none' }],
  ['only commas', 'Expect: ,,\r\n', { expect: 'none' }],
  [
    'websocket (WS-28)',
    'Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key: x\r\n',
    { upgrade: 'WebSocket', websocketKeys: 1 },
  ],
  ['two keys (WS-02)', 'Sec-WebSocket-Key: x\r\nsec-websocket-key: y\r\n', { websocketKeys: 2 }],
  [
    'h2c (SM-43)',
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
  ['Upgrade without Connection (SM-45)', 'Upgrade: websocket\r\n', { upgrade: '' }],
  ['Connection without Upgrade', 'Connection: upgrade\r\n', { upgrade: '' }],
  ['end of the head (SM-51)', 'X: a\r\n\rX', '400 bad-header'],
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

/** Rows with whole heads. */
const HEADS: readonly (readonly [string, string, Expected])[] = [
  ['no Host on 1.0 (HD-11)', 'GET / HTTP/1.0\r\n\r\n', { hasHost: false, host: '' }],
  ['no Host on 1.1', 'GET / HTTP/1.1\r\n\r\n', '400 no-host'],
  ['empty Host: left to the host grammar', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', { hasHost: true, host: '' }],
  ['NUL in Host (HD-09)', 'GET / HTTP/1.1\r\nHost: t.local\0.evil\r\n\r\n', '400 bad-header'],
  ['first line begins with a space (HD-12)', 'GET / HTTP/1.1\r\n Host: t.local\r\n\r\n', '400 bad-header'],
  ['first line begins with a tab (HD-12)', 'GET / HTTP/1.1\r\n\tHost: t.local\r\n\r\n', '400 bad-header'],
  ['alias of Host', 'GET / HTTP/1.1\r\nHost: a\r\nH_ost: b\r\n\r\n', { host: 'a' }],
  ['keep-alive on 1.0', 'GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n', { keepAlive: true }],
  ['expectation on 1.0 (DF-12)', 'GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n', { expect: 'none' }],
  ['upgrade on 1.0', 'GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n', { upgrade: '' }],
  ['largest head', sized(32_768), { hasHost: true }],
  ['head one octet too large', sized(32_769), '431 head-too-large'],
  ['head that never ends', sized(40_000).slice(0, -4), '431 head-too-large'],
  ['unfinished', 'GET / HTTP/1.1\r\nHost: t.local\r\n', 'more'],
  ['no bytes', '', 'more'],
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
