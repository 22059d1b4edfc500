/**
 * For which side an exchange waits and how long, between two ends without HTTP and without sockets (see exchange-ends.test.ts). The test
 * moves the clock. The rules of all stages are in deadlines.test.ts.
 */
import assert from 'node:assert/strict';
import {
  checkExchanges,
  type ExchangeCase,
  POST_EXPECT_CONTINUE,
  LARGE_BODY,
  POST,
  SENT_POST,
} from '../fixtures/fakes/check-exchange.ts';

const CASES: readonly ExchangeCase[] = [
  {
    name: 'a pod that sends no more of its response',
    settings: { upstreamIdleTimeout: 100 },
    run: ({ pod, worker, expiresAfter }) => {
      pod().opens();
      pod().responds(200, 'chunked');
      pod().sends('abc');
      worker.advance(99);
      pod().sends('def');
      expiresAfter(100);
    },
    client: ['respond 200 chunked', 'write abc', 'write def', 'reset when sent'],
    tries: [['send GET /', 'abandon']],
    record: { status: 200, reason: 'upstream-stalled' },
  },
  {
    name: 'a pod that takes no more of a body',
    request: POST,
    settings: { upstreamIdleTimeout: 100 },
    run: ({ client, pod, expiresAfter }) => {
      pod().opens();
      pod().stopsReading();
      client.sends(LARGE_BODY);
      expiresAfter(100);
    },
    client: ['answer 504 upstream-stalled', 'finish'],
    tries: [[SENT_POST, 'write 20000 bytes', 'abandon']],
    record: { status: 504, reason: 'upstream-stalled' },
  },
  {
    name: 'a pod that does not answer: interim responses do not extend its time',
    settings: { responseHeadTimeout: 100 },
    run: ({ pod, worker, expiresAfter }) => {
      worker.advance(1_000);
      pod().opens();
      worker.advance(50);
      pod().interim(102);
      expiresAfter(50);
    },
    client: ['interim 102', 'answer 504 response-timeout', 'finish'],
    tries: [['send GET /', 'abandon']],
    record: { status: 504, reason: 'response-timeout' },
  },
  {
    name: 'the time of a pod that does not answer starts at the last byte of the body',
    request: POST,
    settings: { responseHeadTimeout: 100 },
    run: ({ client, pod, worker, expiresAfter }) => {
      pod().opens();
      worker.advance(1_000);
      client.sends('a', 'last');
      expiresAfter(100);
    },
    client: ['answer 504 response-timeout', 'finish'],
    tries: [[SENT_POST, 'write a and end', 'abandon']],
    record: { status: 504, reason: 'response-timeout' },
  },
  {
    name: 'the time of a pod that podway did not read starts when podway reads it again',
    settings: { clientIdleTimeout: 100, upstreamIdleTimeout: 100, proxyBufferSize: 0 },
    run: ({ client, pod, worker, expiresAfter }) => {
      client.stopsReading();
      pod().opens();
      pod().responds(200, 'chunked');
      pod().sends(LARGE_BODY);
      worker.advance(99);
      client.takes();
      expiresAfter(100);
    },
    client: ['respond 200 chunked', 'write 20000 bytes', 'reset when sent'],
    tries: [['send GET /', 'resume', 'abandon']],
    record: { status: 200, reason: 'upstream-stalled' },
  },
  {
    name: 'a client that takes no more bytes',
    settings: { clientIdleTimeout: 100, proxyBufferSize: 0 },
    run: ({ client, pod, expiresAfter }) => {
      client.stopsReading();
      pod().opens();
      pod().responds(200, 'chunked');
      pod().sends(`${LARGE_BODY}a`);
      expiresAfter(100);
    },
    client: ['respond 200 chunked', 'write 20001 bytes', 'abort'],
    tries: [['send GET /', 'abandon']],
    record: { status: 200, reason: 'client-stalled' },
  },
  {
    name: 'a slow client does not count as stalled',
    settings: { clientIdleTimeout: 100, proxyBufferSize: 60_000 },
    run: ({ client, pod, worker }) => {
      client.stopsReading();
      pod().opens();
      pod().responds(200, 'chunked');
      for (let pieces = 0; pieces < 3; pieces += 1) pod().sends(LARGE_BODY);
      pod().sends('end', '');
      assert.ok(pod().isHeldBack);
      worker.advance(99);
      client.takes(40_000);
      assert.ok(pod().isHeldBack, 'more than half is queued');
      worker.advance(99);
      client.takes();
    },
    client: [
      'respond 200 chunked',
      'write 20000 bytes',
      'write 20000 bytes',
      'write 20000 bytes',
      'write end and end',
      'finish',
    ],
    tries: [['send GET /', 'resume']],
    record: { status: 200, bytesSent: 60_003 },
  },
  {
    name: 'a client that sends too slowly',
    request: POST,
    settings: { requestBodyRate: 10, bodyGrace: 200, clientIdleTimeout: 1_000 },
    run: ({ client, pod, worker, expiresAfter }) => {
      pod().opens();
      for (let byte = 0; byte < 2; byte += 1) {
        worker.advance(140);
        client.sends('a');
      }
      // Each byte has given the client 100 ms more.
      expiresAfter(120);
    },
    client: ['answer 408 body-too-slow and close', 'finish'],
    tries: [[SENT_POST, 'write a', 'write a', 'abandon']],
    record: { status: 408, reason: 'body-too-slow' },
  },
  {
    name: 'a client that sends no more, although its pod takes the sent bytes',
    request: POST,
    settings: { clientIdleTimeout: 100 },
    run: ({ client, pod, worker, expiresAfter }) => {
      pod().opens();
      pod().stopsReading();
      client.sends('abc');
      worker.advance(50);
      pod().takes();
      expiresAfter(50);
    },
    client: ['answer 408 request-timeout and close', 'finish'],
    tries: [[SENT_POST, 'write abc', 'abandon']],
    record: { status: 408, reason: 'request-timeout' },
  },
  {
    name: 'the time of a client that podway did not read starts when podway reads it again',
    request: POST,
    settings: { clientIdleTimeout: 300, upstreamIdleTimeout: 100 },
    run: ({ client, pod, worker, expiresAfter }) => {
      pod().opens();
      pod().stopsReading();
      client.sends(LARGE_BODY);
      worker.advance(99);
      pod().takes();
      expiresAfter(300);
    },
    client: ['answer 408 request-timeout and close', 'finish'],
    tries: [[SENT_POST, 'write 20000 bytes', 'abandon']],
    record: { status: 408, reason: 'request-timeout' },
  },
  {
    name: 'a body that never begins: the timeout applies, not the rate',
    request: POST_EXPECT_CONTINUE,
    settings: { clientIdleTimeout: 100, requestBodyRate: 10, bodyGrace: 50 },
    run: ({ expiresAfter }) => expiresAfter(100),
    client: ['ask for the body', 'answer 408 request-timeout and close', 'finish'],
    tries: [],
    record: { status: 408, reason: 'request-timeout', attempts: 0, bytesSent: 15 },
  },
  {
    name: 'the time to connect to a pod does not count against the client',
    request: POST,
    settings: { collectRequest: 2, requestBodyRate: 10, bodyGrace: 200, connectTimeout: 2_000 },
    run: ({ client, pod, worker, expiresAfter }) => {
      client.sends('a');
      client.sends('bcd');
      worker.advance(1_000);
      pod().opens();
      expiresAfter(600);
    },
    client: ['answer 408 body-too-slow and close', 'finish'],
    tries: [[SENT_POST, 'write abcd', 'abandon']],
    record: { status: 408, reason: 'body-too-slow' },
  },
];

checkExchanges(CASES);
