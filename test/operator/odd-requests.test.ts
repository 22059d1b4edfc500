import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Listener } from './listener.ts';

const HOST = 'Host: localhost\r\n';
/** A request that an attacker hides in another one. */
const SMUGGLED = `GET /data?host=smuggled HTTP/1.1\r\n${HOST}\r\n`;

interface Odd {
  readonly name: string;
  readonly bytes: string;
  /** Status lines of all answers before the connection ends. */
  readonly answers: readonly number[];
}

const ODD: readonly Odd[] = [
  {
    name: 'both lengths',
    bytes: `GET /data HTTP/1.1\r\n${HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    answers: [400],
  },
  {
    name: 'two lengths',
    bytes: `GET /data HTTP/1.1\r\n${HOST}Content-Length: 0\r\nContent-Length: 5\r\n\r\n${SMUGGLED}`,
    answers: [400],
  },
  {
    name: 'a malformed length',
    bytes: `GET /data HTTP/1.1\r\n${HOST}Content-Length: +5\r\n\r\n${SMUGGLED}`,
    answers: [400],
  },
  {
    name: 'a coding that is not chunked',
    bytes: `GET /data HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n${SMUGGLED}`,
    answers: [400],
  },
  {
    name: 'a field name with a space after it',
    bytes: `GET /data HTTP/1.1\r\n${HOST}Content-Length : 5\r\n\r\n${SMUGGLED}`,
    answers: [400],
  },
  {
    name: 'a folded field',
    bytes: `GET /data HTTP/1.1\r\n${HOST}X: a\r\n Content-Length: 99\r\n\r\n`,
    answers: [400],
  },
  {
    name: 'a CR without LF',
    bytes: `GET /data HTTP/1.1\r\n${HOST}X: a\rContent-Length: 9\r\n\r\n`,
    answers: [400],
  },
  { name: 'a NUL in a field', bytes: `GET /data HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`, answers: [400] },
  { name: 'no Host', bytes: 'GET /data HTTP/1.1\r\n\r\n', answers: [400] },
  {
    name: 'two Hosts',
    bytes: 'GET /data HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    answers: [403],
  },
  {
    name: 'two Hosts, in the other order',
    bytes: 'GET /data HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    answers: [403],
  },
  { name: 'the preface of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', answers: [400] },
  { name: 'an unknown version', bytes: `GET /data HTTP/3.7\r\n${HOST}\r\n`, answers: [400] },
  { name: 'a handshake of TLS', bytes: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', answers: [400] },
  { name: 'a malformed method', bytes: `G=T /data HTTP/1.1\r\n${HOST}\r\n`, answers: [400] },
  { name: 'CONNECT', bytes: 'CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: localhost\r\n\r\n', answers: [] },
  {
    name: 'CONNECT to itself',
    bytes: `CONNECT localhost:9909 HTTP/1.1\r\n${HOST}\r\n${SMUGGLED}`,
    answers: [],
  },
  {
    name: 'the absolute form, as clients of a proxy send it',
    bytes: `GET http://169.254.169.254/latest/ HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    answers: [404],
  },
  {
    name: 'the absolute form, for an existing page',
    bytes: `GET http://evil.example/data HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    answers: [404],
  },
  {
    name: 'a foreign name in the absolute form',
    bytes: 'GET http://localhost/data HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    answers: [403],
  },
  { name: 'OPTIONS *', bytes: `OPTIONS * HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`, answers: [404] },
  {
    name: 'an upgrade, which opens no tunnel',
    bytes: `GET /data HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\nGET /data HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    answers: [200],
  },
  {
    name: 'an upgrade to HTTP/2',
    bytes: `GET /data HTTP/1.1\r\n${HOST}Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
    answers: [200],
  },
  {
    name: 'an unknown expectation',
    bytes: `GET /data HTTP/1.1\r\n${HOST}Expect: a miracle\r\nConnection: close\r\n\r\n`,
    answers: [417],
  },
  {
    name: 'a body that contains a request',
    bytes: `GET /data HTTP/1.1\r\n${HOST}Content-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
    answers: [200],
  },
  {
    name: 'a body without an end',
    bytes: `POST /data HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nffffffff\r\n${'x'.repeat(1024)}`,
    answers: [405],
  },
  {
    name: 'a body with a length, and a request after it',
    bytes: `POST /data HTTP/1.1\r\n${HOST}Content-Length: 0\r\n\r\nGET /data HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    answers: [405, 200],
  },
  {
    name: 'a head that is too long',
    bytes: `GET /data HTTP/1.1\r\n${HOST}X: ${'x'.repeat(70_000)}\r\n\r\n`,
    answers: [431],
  },
  {
    name: 'a target that is too long',
    bytes: `GET /data?${'x'.repeat(70_000)} HTTP/1.1\r\n${HOST}\r\n`,
    answers: [431],
  },
  {
    name: 'a foreign name after more fields than are counted',
    bytes: `GET /data HTTP/1.1\r\n${HOST}${'a:b\r\n'.repeat(3_000)}Host: evil.example\r\n\r\n`,
    answers: [431],
  },
  {
    name: 'more parameters than are allowed',
    bytes: `GET /data?${'a&'.repeat(30_000)}host=h HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    answers: [200],
  },
];

for (const { name, bytes, answers } of ODD) {
  test(`only one request is answered: ${name}`, async () => {
    await using listener = await Listener.start();
    const { reader } = await listener.raw(bytes);
    await reader.ended;
    const text = reader.received.toString('latin1');
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
    assert.deepEqual(statuses, answers);
    assert.doesNotMatch(text, /smuggled|evil/);
    assert.equal((await listener.request('/data')).status, 200);
    assert.deepEqual(listener.errors, []);
  });
}
