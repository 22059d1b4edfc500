import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnswerForm, bodyLength, type OwnAnswer, writeOwnAnswer } from '../../src/http1/own-answer.ts';

const REFUSED: OwnAnswer = { status: 403, reason: 'key-refused', requestId: 'i' };
const KEPT: AnswerForm = { close: false, date: 'D', headOnly: false, minor: 1, hsts: '' };
const HEAD =
  'HTTP/1.1 403 Forbidden\r\nDate: D\r\nX-Podway-Reason: key-refused\r\nX-Request-Id: i\r\nContent-Type: text/plain\r\nContent-Length: 27\r\n';

/** The answer, its form, what is written. */
const CASES: readonly (readonly [string, Partial<OwnAnswer>, Partial<AnswerForm>, string])[] = [
  ['says why in a line', {}, {}, `${HEAD}\r\n403 Forbidden: key-refused\n`],
  ['to HEAD has no body', {}, { headOnly: true }, `${HEAD}\r\n`],
  ['says that the connection ends', {}, { close: true, headOnly: true }, `${HEAD}Connection: close\r\n\r\n`],
  [
    'says to HTTP/1.0 that the connection is kept',
    {},
    { minor: 0, headOnly: true },
    `${HEAD}Connection: keep-alive\r\n\r\n`,
  ],
  [
    'of 503 says when to come again',
    { status: 503, reason: 'no-ready-pod' },
    { headOnly: true },
    'HTTP/1.1 503 Service Unavailable\r\nDate: D\r\nX-Podway-Reason: no-ready-pod\r\nX-Request-Id: i\r\nRetry-After: 1\r\nContent-Type: text/plain\r\nContent-Length: 38\r\n\r\n',
  ],
  [
    'of 405 lists the methods',
    { status: 405, reason: 'method-refused' },
    { headOnly: true },
    'HTTP/1.1 405 Method Not Allowed\r\nDate: D\r\nX-Podway-Reason: method-refused\r\nX-Request-Id: i\r\nAllow: GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS\r\nContent-Type: text/plain\r\nContent-Length: 39\r\n\r\n',
  ],
  [
    'of a redirect says where to',
    { status: 301, reason: 'redirect', location: '/a/?b' },
    { headOnly: true },
    'HTTP/1.1 301 Moved Permanently\r\nDate: D\r\nX-Podway-Reason: redirect\r\nX-Request-Id: i\r\nLocation: /a/?b\r\nContent-Type: text/plain\r\nContent-Length: 32\r\n\r\n',
  ],
  [
    'by TLS says that the host is to be asked by TLS only',
    { status: 301, reason: 'redirect', location: '/a/?b' },
    { headOnly: true, hsts: 'max-age=9' },
    'HTTP/1.1 301 Moved Permanently\r\nDate: D\r\nX-Podway-Reason: redirect\r\nX-Request-Id: i\r\nLocation: /a/?b\r\nStrict-Transport-Security: max-age=9\r\nContent-Type: text/plain\r\nContent-Length: 32\r\n\r\n',
  ],
];

for (const [name, answer, form, written] of CASES) {
  test(`an own answer ${name}`, () => {
    const text = writeOwnAnswer({ ...REFUSED, ...answer }, { ...KEPT, ...form });
    assert.equal(text, written);
    assert.equal(bodyLength(text), form.headOnly === true ? 0 : 27);
  });
}
