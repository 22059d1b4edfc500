import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RESPONSE_RULES, type ResponseRule } from '../../src/boundary/response-rules.ts';
import { get } from '../fixtures/check.ts';
import { type Answer, halfClose } from '../fixtures/origin.ts';
import { type SceneSpec, startScene } from '../fixtures/scene.ts';
import { handshake } from '../fixtures/websocket.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n';
const EARLY_HINTS = 'HTTP/1.1 103 Early Hints\r\n\r\n';

/** The response of a pod, and the name of the rule that it breaks. */
interface Case {
  readonly name: string;
  readonly rule: ResponseRule;
  readonly answer: Answer;
  readonly send?: string;
  readonly settings?: NonNullable<SceneSpec['settings']>;
}

const CASES: readonly Case[] = [
  { name: 'garbage', rule: 'bad-status-line', answer: ['hello\r\n\r\n'] },
  { name: 'HTTP/2', rule: 'bad-status-line', answer: ['HTTP/2.0 200 OK\r\n\r\n'] },
  { name: 'a 1xx of HTTP/1.0', rule: 'bad-status-line', answer: ['HTTP/1.0 102 Processing\r\n\r\n'] },
  { name: 'a space in a name', rule: 'bad-header', answer: [`${OK}X A: v\r\n\r\n`] },
  { name: 'a control character in a value', rule: 'bad-header', answer: [`${OK}X: \x01\r\n\r\n`] },
  { name: 'a negative length', rule: 'bad-length', answer: [`${OK}Content-Length: -5\r\n\r\n`] },
  {
    name: 'two lengths',
    rule: 'bad-length',
    answer: [`${OK}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`],
  },
  { name: 'an unknown coding', rule: 'bad-coding', answer: [`${OK}Transfer-Encoding: gzip\r\n\r\n`] },
  {
    name: 'a length and a coding',
    rule: 'length-and-chunked',
    answer: [`${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`],
  },
  {
    name: 'a head above MAX_RESPONSE_HEAD',
    rule: 'head-too-large',
    answer: [`${OK}X: ${'v'.repeat(200)}\r\n\r\n`],
    settings: { maxResponseHead: 100 },
  },
  {
    name: 'a status line above MAX_RESPONSE_HEAD',
    rule: 'head-too-large',
    answer: [`HTTP/1.1 200 ${'x'.repeat(200)}\r\n\r\n`],
    settings: { maxResponseHead: 100 },
  },
  {
    name: 'fields above MAX_RESPONSE_FIELDS',
    rule: 'too-many-headers',
    answer: [`${OK}A: 1\r\nB: 2\r\nC: 3\r\n\r\n`],
    settings: { maxResponseFields: 2 },
  },
  { name: 'an end within the head', rule: 'head-cut', answer: [`${OK}X: v`, halfClose] },
  { name: 'an end after an interim response', rule: 'head-cut', answer: [EARLY_HINTS, halfClose] },
  { name: 'a bad chunk size', rule: 'bad-chunk', answer: [`${CHUNKED}xyz\r\n`] },
  { name: 'a chunk that is longer than its size', rule: 'bad-chunk', answer: [`${CHUNKED}2\r\nfghi\r\n`] },
  { name: 'a bad chunk extension', rule: 'bad-chunk', answer: [`${CHUNKED}2;\x01\r\n`] },
  {
    name: 'chunk extensions without an end',
    rule: 'chunk-overhead',
    answer: [`${CHUNKED}2;${'x'.repeat(20_000)}`],
  },
  { name: 'zeros without an end', rule: 'chunk-overhead', answer: [`${CHUNKED}${'0'.repeat(40_000)}`] },
  {
    name: 'a length in the trailers',
    rule: 'bad-trailers',
    answer: [`${CHUNKED}0\r\nContent-Length: 1\r\n\r\n`],
  },
  { name: 'a malformed trailer', rule: 'bad-trailers', answer: [`${CHUNKED}0\r\nX A: v\r\n\r\n`] },
  { name: 'trailers above 8 KiB', rule: 'bad-trailers', answer: [`${CHUNKED}0\r\nX: ${'v'.repeat(9_000)}`] },
  { name: 'no LF at the end', rule: 'bad-trailers', answer: [`${CHUNKED}0\r\n\rX`] },
  {
    name: 'an unsolicited 101',
    rule: 'switch-not-requested',
    answer: [`${SWITCH}Upgrade: websocket\r\n\r\n`],
  },
  {
    name: 'a 101 to another protocol',
    rule: 'other-protocol',
    answer: [`${SWITCH}Upgrade: h2c\r\n\r\n`],
    send: handshake('/'),
  },
  { name: 'a 101 to no protocol', rule: 'other-protocol', answer: [`${SWITCH}\r\n`], send: handshake('/') },
  {
    name: 'a 101 without Sec-WebSocket-Accept',
    rule: 'no-websocket-accept',
    answer: [`${SWITCH}Upgrade: websocket\r\n\r\n`],
    send: handshake('/'),
  },
  {
    name: 'interim responses above MAX_INTERIM_RESPONSES',
    rule: 'too-many-interim-responses',
    answer: [EARLY_HINTS.repeat(3)],
    settings: { maxInterimResponses: 2 },
  },
];

for (const { name, rule, answer, send = get('/', 'Connection: close'), settings = {} } of CASES) {
  test(`${name} is logged and counted as ${rule}`, async () => {
    await using scene = await startScene({ pods: [{ name: 'o1', answer }], settings });
    using client = await scene.client();
    const { reason } = RESPONSE_RULES[rule];
    void client.send(send);
    const { received } = await client.closed();
    const text = received.toString('latin1');
    // If a part of the response was forwarded, podway cuts the client's connection instead.
    if (text.startsWith('HTTP/1.1 502')) assert.match(text, new RegExp(`X-Podway-Reason: ${reason}\r\n`));
    const { badResponses, failures } = scene.router.snapshot();
    assert.deepEqual(badResponses, [{ rule, count: 1 }]);
    assert.deepEqual(failures, [{ reason, count: 1 }]);
    assert.deepEqual(
      scene.router.log.map((it) => [it.reason, it.detail]),
      [[reason, rule]],
    );
  });
}

/** Rules only for HTTP/2 clients, for which podway makes the handshake itself: test/hazards/http2-tunnel-rows.ts (H2-62). */
const OF_HTTP2 = ['not-switched', 'wrong-websocket-accept'];

test('every other rule has a case that breaks it', () => {
  const broken = new Set([...CASES.map(({ rule }) => rule), ...OF_HTTP2]);
  assert.deepEqual(broken, new Set(Object.keys(RESPONSE_RULES)));
});

test('a valid response and a pod that only closes its connection break no rule', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  assert.equal((await scene.exchange(get('/'))).status, 200);
  scene.origin('o1').answer = halfClose;
  assert.equal((await scene.exchange(get('/'))).status, 502);
  assert.deepEqual(scene.router.snapshot().badResponses, []);
  assert.deepEqual(
    scene.router.log.map((it) => [it.reason, it.detail]),
    [
      ['', ''],
      ['upstream-closed', ''],
    ],
  );
});
