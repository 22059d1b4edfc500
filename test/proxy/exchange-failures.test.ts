/**
 * What an exchange does when an end fails, between two ends that speak no HTTP and have no socket (see exchange-ends.test.ts):
 * other tries, the end of a response before and after its first byte, a client that leaves in every stage.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestHead } from '../../src/http1/request-head.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import {
  checkAtRest,
  checkExchanges,
  COLLECTS,
  type ExchangeCase,
  EXPECTS,
  LARGE,
  POST,
  type Scene,
  SENT,
  TWO,
} from '../fixtures/toy-ends/check-exchange.ts';
import type { ToyTry } from '../fixtures/toy-ends/toy-pods.ts';
import { ToyWorker } from '../fixtures/toy-ends/toy-worker.ts';

const TRIES: readonly ExchangeCase[] = [
  {
    name: 'a pod that refuses: another one is asked',
    pods: TWO,
    run: ({ pod }) => {
      pod().refuses();
      pod(1).opens();
      pod(1).answers(200);
    },
    client: ['respond 200 none', 'write  and end', 'finish'],
    tries: [['abandon'], ['send GET /']],
    record: { status: 200, reason: '', attempts: 2, pod: 'b', errors: ['connect-refused', ''] },
    counts: { upstream_retries: 1, upstream_connect_failures: 1, upstream_ejections: 1 },
  },
  {
    name: 'an upload of which no pod took a byte goes to another one, too',
    pods: TWO,
    request: POST,
    settings: COLLECTS,
    run: ({ client, pod }) => {
      client.sends('abc', 'last');
      pod().refuses();
      pod(1).opens();
      pod(1).answers(200);
    },
    client: ['respond 200 none', 'write  and end', 'finish'],
    tries: [['abandon'], [SENT, 'write abc and end']],
    record: { status: 200, attempts: 2 },
  },
  {
    name: 'all pods refuse',
    pods: TWO,
    run: ({ pod }) => {
      pod().refuses();
      pod(1).refuses();
    },
    client: ['answer 502 connect-refused', 'finish'],
    tries: [['abandon'], ['abandon']],
    record: {
      status: 502,
      reason: 'connect-refused',
      attempts: 2,
      errors: ['connect-refused', 'connect-refused'],
    },
    counts: { upstream_retries: 1, upstream_connect_failures: 2 },
  },
  {
    name: 'no retry is allowed',
    pods: TWO,
    settings: { upstreamRetries: 0 },
    run: ({ pod }) => pod().refuses(),
    client: ['answer 502 connect-refused', 'finish'],
    tries: [['abandon']],
    record: { status: 502, attempts: 1 },
  },
  {
    name: 'a second address of the same pod, with a time of its own',
    pods: [{ pod: 'a', secondAddress: 'fd00::1' }],
    settings: { connectTimeout: 100 },
    run: ({ pod, worker }) => {
      worker.passTime(100);
      worker.passTime(99);
      pod().opens();
      pod().answers(200);
    },
    client: ['respond 200 none', 'write  and end', 'finish'],
    tries: [['dial the second address', 'send GET /']],
    record: { status: 200, attempts: 1, upstreamAddress: '[fd00::1]:80', errors: [''] },
    counts: { upstream_connect_failures: 0 },
  },
  {
    name: 'no address of any pod answers in time',
    pods: [{ pod: 'a', secondAddress: 'fd00::1' }, { pod: 'b' }],
    settings: { connectTimeout: 100 },
    run: ({ worker }) => {
      for (let times = 0; times < 3; times += 1) worker.passTime(100);
    },
    client: ['answer 504 connect-timeout', 'finish'],
    tries: [['dial the second address', 'abandon'], ['abandon']],
    record: { status: 504, reason: 'connect-timeout', attempts: 2 },
  },
  {
    name: 'a pod that ends a fresh connection without an answer: another one is asked, once',
    pods: [...TWO, { pod: 'c' }],
    run: ({ pod }) => {
      pod().opens();
      pod().fails('upstream-closed');
      pod(1).opens();
      pod(1).fails('upstream-closed');
    },
    client: ['answer 502 upstream-closed', 'finish'],
    tries: [
      ['send GET /', 'abandon'],
      ['send GET /', 'abandon'],
    ],
    record: { status: 502, reason: 'upstream-closed', attempts: 2 },
  },
  {
    name: 'each try gets the same, so one request has one id',
    pods: TWO,
    run: ({ pod }) => {
      pod().opens();
      pod().fails('upstream-reset');
      pod(1).opens();
      assert.equal(pod(1).outgoing?.requestId, pod().outgoing?.requestId);
      pod(1).answers(200);
    },
    client: ['respond 200 none', 'write  and end', 'finish'],
    tries: [['send GET /', 'abandon'], ['send GET /']],
    record: { status: 200, attempts: 2, errors: ['upstream-reset', ''] },
  },
  {
    name: 'what is not idempotent is not sent twice',
    pods: TWO,
    request: { method: 'POST' },
    run: ({ pod }) => {
      pod().opens();
      pod().fails('upstream-reset');
    },
    client: ['answer 502 upstream-reset', 'finish'],
    tries: [[SENT, 'abandon']],
    record: { status: 502, reason: 'upstream-reset', attempts: 1 },
  },
  {
    name: 'a kept connection that ends without an answer: the same pod is asked on a fresh one',
    kept: true,
    run: ({ pod }) => {
      pod().fails('upstream-closed');
      assert.ok(!pod(1).reused);
      pod(1).opens();
      pod(1).answers(200);
    },
    client: ['respond 200 none', 'write  and end', 'finish'],
    tries: [['send GET /', 'abandon'], ['send GET /']],
    record: { status: 200, attempts: 2, errors: ['upstream-closed', ''] },
    counts: { upstream_connect_failures: 0, upstream_ejections: 0 },
  },
];

const FAILURES: readonly ExchangeCase[] = [
  {
    name: 'a pod that fails before the first byte of its body: an answer takes the place of its response',
    run: ({ pod }) => {
      pod().opens();
      pod().responds(200, 'chunked');
      pod().fails('bad-response', 'bad-chunk');
    },
    client: ['respond 200 chunked', 'answer 502 bad-response', 'finish'],
    tries: [['send GET /', 'abandon']],
    record: { status: 502, reason: 'bad-response', detail: 'bad-chunk' },
  },
  {
    name: 'a pod that fails after that: what came is delivered, and looks cut',
    run: ({ pod }) => {
      pod().opens();
      pod().responds(200, 'chunked');
      pod().sends('abc');
      pod().fails('upstream-closed');
    },
    client: ['respond 200 chunked', 'write abc', 'break off'],
    tries: [['send GET /', 'abandon']],
    record: { status: 200, reason: 'upstream-closed', bytesSent: 3 },
  },
  {
    name: 'a pod that sends no more of its response',
    settings: { upstreamIdleTimeout: 100 },
    run: ({ pod, worker }) => {
      pod().opens();
      pod().responds(200, 'chunked');
      pod().sends('abc');
      worker.passTime(99);
      pod().sends('def');
      worker.passTime(99);
      worker.passTime(1);
    },
    client: ['respond 200 chunked', 'write abc', 'write def', 'break off'],
    tries: [['send GET /', 'abandon']],
    record: { status: 200, reason: 'upstream-stalled' },
  },
  {
    name: 'a pod that takes no more of a body',
    request: POST,
    settings: { upstreamIdleTimeout: 100 },
    run: ({ client, pod, worker }) => {
      pod().opens();
      pod().stopsReading();
      client.sends(LARGE);
      worker.passTime(100);
    },
    client: ['answer 504 upstream-stalled', 'finish'],
    tries: [[SENT, 'write 20000 bytes', 'abandon']],
    record: { status: 504, reason: 'upstream-stalled' },
  },
  {
    name: 'a pod that does not answer, whatever moves',
    settings: { responseHeadTimeout: 100 },
    run: ({ pod, worker }) => {
      worker.passTime(1_000);
      pod().opens();
      worker.passTime(99);
      pod().interim(102);
      worker.passTime(1);
    },
    client: ['interim 102', 'answer 504 response-timeout', 'finish'],
    tries: [['send GET /', 'abandon']],
    record: { status: 504, reason: 'response-timeout' },
  },
  {
    name: 'a pod that does not answer has its time from the last byte of the body on',
    request: POST,
    settings: { responseHeadTimeout: 100 },
    run: ({ client, pod, worker }) => {
      pod().opens();
      worker.passTime(1_000);
      client.sends('a', 'last');
      worker.passTime(99);
      worker.passTime(1);
    },
    client: ['answer 504 response-timeout', 'finish'],
    tries: [[SENT, 'write a and end', 'abandon']],
    record: { status: 504, reason: 'response-timeout' },
  },
  {
    name: 'a pod that sends no more after it was held back has its time from then on',
    settings: { clientIdleTimeout: 100, upstreamIdleTimeout: 100, proxyBufferSize: 0 },
    run: ({ client, pod, worker }) => {
      client.stopsReading();
      pod().opens();
      pod().responds(200, 'chunked');
      pod().sends(LARGE);
      worker.passTime(99);
      client.takes();
      worker.passTime(99);
      worker.passTime(1);
    },
    client: ['respond 200 chunked', 'write 20000 bytes', 'break off'],
    tries: [['send GET /', 'resume', 'abandon']],
    record: { status: 200, reason: 'upstream-stalled' },
  },
  {
    name: 'a client that takes nothing more',
    settings: { clientIdleTimeout: 100, proxyBufferSize: 0 },
    run: ({ client, pod, worker }) => {
      client.stopsReading();
      pod().opens();
      pod().responds(200, 'chunked');
      pod().sends(`${LARGE}a`);
      worker.passTime(99);
      worker.passTime(1);
    },
    client: ['respond 200 chunked', 'write 20001 bytes', 'abort'],
    tries: [['send GET /', 'abandon']],
    record: { status: 200, reason: 'client-stalled' },
  },
  {
    name: 'a client that takes bytes again after the end: no pod is read on',
    settings: { proxyBufferSize: 0 },
    run: ({ client, pod }) => {
      client.stopsReading();
      pod().opens();
      pod().responds(200, 'chunked');
      pod().sends(LARGE);
      client.isCut();
      client.takes();
    },
    client: ['respond 200 chunked', 'write 20000 bytes', 'abort'],
    tries: [['send GET /', 'abandon']],
    record: { status: 200, reason: 'drain-timeout' },
  },
  {
    name: 'a pod that fails when its client is gone',
    run: ({ client, pod }) => {
      pod().opens();
      client.closed = true;
      pod().fails('bad-response', 'head-cut');
    },
    client: ['abort'],
    tries: [['send GET /', 'abandon']],
    record: { status: 499, reason: 'bad-response' },
  },
  {
    name: 'a slow client is not a stalled one',
    settings: { clientIdleTimeout: 100, proxyBufferSize: 60_000 },
    run: ({ client, pod, worker }) => {
      client.stopsReading();
      pod().opens();
      pod().responds(200, 'chunked');
      for (let pieces = 0; pieces < 3; pieces += 1) pod().sends(LARGE);
      pod().sends('end', '');
      assert.ok(pod().isHeldBack);
      worker.passTime(99);
      client.takes(40_000);
      assert.ok(pod().isHeldBack, 'more than half is queued');
      worker.passTime(99);
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
    run: ({ client, pod, worker }) => {
      pod().opens();
      for (let byte = 0; byte < 2; byte += 1) {
        worker.passTime(140);
        client.sends('a');
      }
      worker.passTime(140);
    },
    client: ['answer 408 body-too-slow and close', 'finish'],
    tries: [[SENT, 'write a', 'write a', 'abandon']],
    record: { status: 408, reason: 'body-too-slow' },
  },
];

/** How far an exchange has come when something happens to its client, and what its pod was asked by then. */
const STAGES: readonly {
  readonly stage: string;
  readonly request?: Partial<RequestHead>;
  readonly settings?: SettingsOverrides;
  readonly run: (scene: Scene) => void;
  readonly client: readonly string[];
  readonly pod?: readonly string[];
}[] = [
  { stage: 'continue', request: EXPECTS, run: () => undefined, client: ['ask for the body'] },
  {
    stage: 'collecting',
    request: POST,
    settings: COLLECTS,
    run: ({ client }) => client.sends('a'),
    client: [],
  },
  { stage: 'connecting', run: () => undefined, client: [], pod: [] },
  { stage: 'sending', request: POST, run: ({ pod }) => pod().opens(), client: [], pod: [SENT] },
  { stage: 'waiting', run: ({ pod }) => pod().opens(), client: [], pod: ['send GET /'] },
  {
    stage: 'relaying',
    run: ({ pod }) => {
      pod().opens();
      pod().responds(200, 'chunked');
      pod().sends('a');
    },
    client: ['respond 200 chunked', 'write a'],
    pod: ['send GET /'],
  },
];

const CLIENTS: readonly ExchangeCase[] = STAGES.flatMap(
  ({ stage, run, client, pod, ...rest }): ExchangeCase[] => {
    const tries = pod === undefined ? [] : [[...pod, 'abandon']];
    const begun = stage === 'relaying';
    const reach = (scene: Scene): void => {
      run(scene);
      assert.equal(scene.client.exchange.stage, stage);
    };
    return [
      {
        ...rest,
        name: `a client that leaves (${stage})`,
        run: (scene) => {
          reach(scene);
          scene.client.leaves();
        },
        client: [...client, 'abort'],
        tries,
        record: { status: begun ? 200 : 499, reason: 'client-left' },
        counts: { upstream_retries: 0, upstream_ejections: 0 },
      },
      {
        ...rest,
        name: `the drain timeout is over (${stage})`,
        run: (scene) => {
          reach(scene);
          scene.client.isCut();
        },
        client: [...client, ...(begun ? ['abort'] : ['answer 503 drain-timeout', 'finish'])],
        tries,
        record: { status: begun ? 200 : 503, reason: 'drain-timeout' },
      },
    ];
  },
);

const HALF_CLOSES: readonly ExchangeCase[] = [
  {
    name: 'a client that ends its side right after its request still gets its answer',
    settings: { halfCloseTimeout: 60_000 },
    run: ({ client, pod }) => {
      pod().opens();
      client.endsItsSide();
      pod().answers(200, 'abc');
    },
    client: ['respond 200 length', 'write abc and end', 'finish'],
    tries: [['send GET /']],
    record: { status: 200, reason: '' },
  },
  {
    name: 'a client that ends its side later has left',
    settings: { halfCloseTimeout: 0 },
    run: ({ client, pod, worker }) => {
      pod().opens();
      worker.passTime(1);
      client.endsItsSide();
    },
    client: ['abort'],
    tries: [['send GET /', 'abandon']],
    record: { status: 499, reason: 'client-left' },
  },
];

/** What becomes of the request that the first pod ended the connection of, and the failures of each pod. */
const SUSPECTS: readonly (readonly [string, (pod: ToyTry) => void, readonly number[]])[] = [
  ['another pod answers: the first one is at fault', (pod) => pod.answers(200), [1, 0]],
  ['another pod does the same: the request is at fault', (pod) => pod.fails('upstream-closed'), [0, 0]],
];

for (const [name, ends, failures] of SUSPECTS) {
  test(`a pod ends the connection instead of answering; ${name}`, () => {
    const worker = new ToyWorker(TWO);
    worker.client({}).begins();
    const { tries } = worker.upstreams;
    tries[0]?.opens();
    tries[0]?.fails('upstream-closed');
    tries[1]?.opens();
    ends(tries[1] as ToyTry);
    const counted = [...worker.table.endpoints()].map(({ health }) => health.failures);
    assert.deepEqual(counted, failures);
    checkAtRest(worker);
  });
}

test('a request on a connection that its client is logged in on goes to no other pod', () => {
  const worker = new ToyWorker(TWO);
  const [, second] = worker.table.endpoints();
  assert.ok(second);
  const client = worker.client({});
  client.bonds = { take: () => ({ endpoint: second }), end: () => undefined };
  client.begins();
  const [pod] = worker.upstreams.tries as [ToyTry];
  assert.ok(pod.bound);
  assert.equal(pod.endpoint, second);
  assert.deepEqual(pod.events.binding?.client, client);
  pod.fails('upstream-closed');
  const fresh = worker.upstreams.tries[1] as ToyTry;
  assert.equal(fresh.endpoint, second);
  fresh.refuses();
  assert.deepEqual(client.calls, ['answer 502 connect-refused', 'finish']);
  assert.equal(worker.upstreams.tries.length, 2);
  checkAtRest(worker);
});

test('no connection is kept for the users of a trusted proxy, nor for a client that is gone', () => {
  const worker = new ToyWorker(TWO);
  const proxy = worker.client({}, { trusted: true });
  const client = worker.client({});
  for (const one of [proxy, client]) one.begins();
  assert.equal(proxy.exchange.binding, undefined);
  assert.equal(client.exchange.binding?.route.host, 't.local');
  client.closed = true;
  assert.equal(client.exchange.binding, undefined);
});

for (const cases of [TRIES, FAILURES, CLIENTS, HALF_CLOSES]) checkExchanges(cases);
