import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseParser } from '../../src/http1/response-parser.ts';
import type { ResponseFraming } from '../../src/http1/response-framing.ts';
import { writeInterimHead, writeResponseHead, writeSwitchHead } from '../../src/http1/response-writer.ts';
import { relayedHead } from '../fixtures/answer-heads.ts';

const PLAIN: ResponseFraming = {
  body: 'none',
  connection: 'keep-alive',
  minor: 1,
  trailers: false,
  date: 'D',
  upgrade: '',
  hsts: '',
};

function parse(text: string) {
  const parser = new ResponseParser({ line: 8_192, head: 65_536, fields: 256 });
  const bytes = Buffer.from(text, 'latin1');
  assert.equal(parser.parse(bytes, 0, bytes.length), bytes.length);
  return parser.head;
}

/** Each row: a title, the pod's head, differences from PLAIN, the client's head without the common fields. No final empty lines. */
const CASES: readonly (readonly [string, string, Partial<ResponseFraming>, string])[] = [
  ['no date', 'HTTP/1.1 200 OK\r\n', {}, 'HTTP/1.1 200 OK\r\nDate: D\r\n'],
  [
    'date and Server of the pod (N50)',
    'HTTP/1.1 200 OK\r\nDate: P\r\nServer: s\r\n',
    {},
    'HTTP/1.1 200 OK\r\nDate: P\r\nServer: s\r\n',
  ],
  [
    'order, case, duplicates (UF-56)',
    'HTTP/1.1 200 OK\r\nDate: P\r\nSet-Cookie: a\r\nset-cookie: b\r\nExpires: 1\r\nExpires: 2\r\nSET-COOKIE: c\r\n',
    {},
    'HTTP/1.1 200 OK\r\nDate: P\r\nSet-Cookie: a\r\nset-cookie: b\r\nExpires: 1\r\nExpires: 2\r\nSET-COOKIE: c\r\n',
  ],
  [
    'blanks become canonical',
    'HTTP/1.1 200 OK\r\nDate:P\r\nA:\t b \r\nB:\r\n',
    {},
    'HTTP/1.1 200 OK\r\nDate: P\r\nA: b\r\nB: \r\n',
  ],
  ['obs-text (UF-18)', 'HTTP/1.1 200 \xe9\r\nDate: \xff\r\n', {}, 'HTTP/1.1 200 \xe9\r\nDate: \xff\r\n'],
  ['control in the reason (UF-18)', 'HTTP/1.1 200 a\x01\r\nDate: P\r\n', {}, 'HTTP/1.1 200 \r\nDate: P\r\n'],
  ['no reason', 'HTTP/1.1 200\r\nDate: P\r\n', {}, 'HTTP/1.1 200 \r\nDate: P\r\n'],
  ['HTTP/1.0 pod', 'HTTP/1.0 200 OK\r\nDate: P\r\n', {}, 'HTTP/1.1 200 OK\r\nDate: P\r\n'],
  [
    'hop-by-hop fields (HD-35)',
    'HTTP/1.1 200 OK\r\nDate: P\r\nConnection: X-Foo, close\r\nX-Foo: 1\r\nKeep-Alive: timeout=5\r\nProxy-Connection: x\r\nUpgrade: h2c\r\nTrailer: X-T\r\nX-Bar: 2\r\n',
    {},
    'HTTP/1.1 200 OK\r\nDate: P\r\nX-Bar: 2\r\n',
  ],
  [
    'Connection cannot remove framing or date',
    'HTTP/1.1 200 OK\r\nDate: P\r\nConnection: Content-Length, Date, Content-Type\r\nContent-Type: t\r\nContent-Length: 5\r\n',
    { body: 'length' },
    'HTTP/1.1 200 OK\r\nDate: P\r\nContent-Type: t\r\nContent-Length: 5\r\n',
  ],
  [
    'fields on which nginx acts (HD-36)',
    'HTTP/1.1 200 OK\r\nDate: P\r\nX-Accel-Redirect: /etc/passwd\r\nx-accel-limit-rate: 1\r\nX-Accel-Charset: x\r\nX-Accel-Buffering: no\r\nX-Pad: y\r\nX-Accel: z\r\n',
    {},
    'HTTP/1.1 200 OK\r\nDate: P\r\nX-Accel: z\r\n',
  ],
  [
    'length',
    'HTTP/1.1 200 OK\r\nDate: P\r\ncontent-length: 005\r\n',
    { body: 'length' },
    'HTTP/1.1 200 OK\r\nDate: P\r\nContent-Length: 5\r\n',
  ],
  [
    'chunked',
    'HTTP/1.1 200 OK\r\nDate: P\r\nTransfer-Encoding: chunked\r\n',
    { body: 'chunked' },
    'HTTP/1.1 200 OK\r\nDate: P\r\nTransfer-Encoding: chunked\r\n',
  ],
  [
    'close-delimited to HTTP/1.1 (UF-11)',
    'HTTP/1.1 200 OK\r\nDate: P\r\n',
    { body: 'chunked' },
    'HTTP/1.1 200 OK\r\nDate: P\r\nTransfer-Encoding: chunked\r\n',
  ],
  [
    'chunked to HTTP/1.0 (N28)',
    'HTTP/1.1 200 OK\r\nDate: P\r\nTransfer-Encoding: chunked\r\n',
    { body: 'close', connection: 'close', minor: 0 },
    'HTTP/1.1 200 OK\r\nDate: P\r\nConnection: close\r\n',
  ],
  [
    'keep-alive to HTTP/1.0 (DF-17)',
    'HTTP/1.1 200 OK\r\nDate: P\r\nContent-Length: 5\r\n',
    { body: 'length', minor: 0 },
    'HTTP/1.1 200 OK\r\nDate: P\r\nContent-Length: 5\r\nConnection: keep-alive\r\n',
  ],
  [
    'trailers announced (UF-29)',
    'HTTP/1.1 200 OK\r\nDate: P\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n',
    { body: 'chunked', trailers: true },
    'HTTP/1.1 200 OK\r\nDate: P\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n',
  ],
  [
    'trailers without chunks',
    'HTTP/1.1 200 OK\r\nDate: P\r\nTrailer: X-T\r\nContent-Length: 0\r\n',
    { body: 'length', trailers: true },
    'HTTP/1.1 200 OK\r\nDate: P\r\nContent-Length: 0\r\n',
  ],
  [
    'HEAD with a length (UF-36)',
    'HTTP/1.1 200 OK\r\nDate: P\r\nContent-Length: 5\r\n',
    {},
    'HTTP/1.1 200 OK\r\nDate: P\r\nContent-Length: 5\r\n',
  ],
  [
    'HEAD, chunked (UF-36)',
    'HTTP/1.1 200 OK\r\nDate: P\r\nTransfer-Encoding: chunked\r\n',
    {},
    'HTTP/1.1 200 OK\r\nDate: P\r\n',
  ],
  [
    '304 with a length (UF-37)',
    'HTTP/1.1 304 Not Modified\r\nDate: P\r\nETag: "x"\r\nContent-Length: 5\r\n',
    {},
    'HTTP/1.1 304 Not Modified\r\nDate: P\r\nETag: "x"\r\nContent-Length: 5\r\n',
  ],
  [
    '204 with a length (UF-38)',
    'HTTP/1.1 204 No Content\r\nDate: P\r\nContent-Length: 5\r\n',
    {},
    'HTTP/1.1 204 No Content\r\nDate: P\r\n',
  ],
  [
    '205 with a body (UF-39)',
    'HTTP/1.1 205 Reset\r\nDate: P\r\nContent-Length: 5\r\n',
    {},
    'HTTP/1.1 205 Reset\r\nDate: P\r\nContent-Length: 0\r\n',
  ],
];

for (const [name, received, framing, sent] of CASES) {
  test(name, () => {
    const [start = '', ...lines] = sent.slice(0, -2).split('\r\n');
    const written = writeResponseHead(parse(`${received}\r\n`), { ...PLAIN, ...framing });
    assert.equal(written, relayedHead(start, lines));
  });
}

test('a switch of protocols keeps its fields and names only the protocol that the client requested', () => {
  const kept = 'Sec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: y\r\n';
  const head = parse(
    `HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: WebSocket\r\n${kept}Content-Length: 5\r\n\r\n`,
  );
  assert.equal(
    writeSwitchHead(head, 'websocket'),
    `HTTP/1.1 101 Switching\r\n${kept}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
});

test('an interim response keeps its fields and gets no other fields (UF-41)', () => {
  const head = parse(
    'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: close\r\nContent-Length: 5\r\nX-Accel-Redirect: /x\r\n\r\n',
  );
  assert.equal(writeInterimHead(head), 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n');
});
