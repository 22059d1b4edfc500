import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnswerForm, bodyLength, type OwnAnswer, writeOwnAnswer } from '../../src/http1/own-answer.ts';
import { STATUS_TEXT } from '../../src/http1/status-text.ts';
import { ownHead } from '../fixtures/answer-heads.ts';

const REFUSED: OwnAnswer = { status: 403, reason: 'key-refused', requestId: 'i' };
const KEPT: AnswerForm = { close: false, date: 'D', headOnly: false, minor: 1, hsts: '' };
/** The field lines about a body that contains this status and reason. */
function content(status: number, reason: string): string[] {
  const length = `${status} ${STATUS_TEXT[status]}: ${reason}\n`.length;
  return ['Content-Type: text/plain', `Content-Length: ${length}`];
}

/** The head of an answer with this status and reason. `before` and `after`: lines before and after those about the body. */
function head(
  status: number,
  reason: string,
  { before = [], after = [] }: { before?: readonly string[]; after?: readonly string[] } = {},
): string {
  const lines = [...before, ...content(status, reason), ...after];
  return ownHead({ status, reason, date: 'D', id: 'i', lines });
}

const HEAD = head(403, 'key-refused');

/** Each row: a title, the answer, its form, and the bytes that podway writes. */
const CASES: readonly (readonly [string, Partial<OwnAnswer>, Partial<AnswerForm>, string])[] = [
  ['has the reason in one line', {}, {}, `${HEAD}403 Forbidden: key-refused\n`],
  ['to HEAD has no body', {}, { headOnly: true }, HEAD],
  [
    'announces the end of the connection',
    {},
    { close: true, headOnly: true },
    head(403, 'key-refused', { after: ['Connection: close'] }),
  ],
  [
    'to HTTP/1.0 announces a kept connection',
    {},
    { minor: 0, headOnly: true },
    head(403, 'key-refused', { after: ['Connection: keep-alive'] }),
  ],
  [
    'of 503 has the time to retry',
    { status: 503, reason: 'no-ready-pod' },
    { headOnly: true },
    head(503, 'no-ready-pod', { before: ['Retry-After: 1'] }),
  ],
  [
    'of 405 lists the methods',
    { status: 405, reason: 'method-refused' },
    { headOnly: true },
    head(405, 'method-refused', { before: ['Allow: GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS'] }),
  ],
  [
    'of a redirect has the location',
    { status: 301, reason: 'redirect', location: '/a/?b' },
    { headOnly: true },
    head(301, 'redirect', { before: ['Location: /a/?b'] }),
  ],
  [
    'over TLS has Strict-Transport-Security',
    { status: 301, reason: 'redirect', location: '/a/?b' },
    { headOnly: true, hsts: 'max-age=9' },
    head(301, 'redirect', { before: ['Location: /a/?b', 'Strict-Transport-Security: max-age=9'] }),
  ],
];

for (const [name, answer, form, written] of CASES) {
  test(`an answer of the router ${name}`, () => {
    const text = writeOwnAnswer({ ...REFUSED, ...answer }, { ...KEPT, ...form });
    assert.equal(text, written);
    assert.equal(bodyLength(text), form.headOnly === true ? 0 : 27);
  });
}
