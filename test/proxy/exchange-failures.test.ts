/**
 * How an exchange ends when one of its ends fails, between two ends without HTTP and without sockets (see exchange-ends.test.ts): before
 * and after the first byte of a response, and when a client disconnects in any stage.
 */
import assert from 'node:assert/strict';
import type { RequestHead } from '../../src/http1/request-head.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import {
  checkExchanges,
  COLLECT_REQUEST,
  type ExchangeCase,
  POST_EXPECT_CONTINUE,
  LARGE_BODY,
  POST,
  type ExchangeScene,
  SENT_POST,
} from '../fixtures/fakes/check-exchange.ts';

const FAILURES: readonly ExchangeCase[] = [
  {
    name: 'a pod that fails before the first byte of its body: an answer replaces its response',
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
    name: 'a pod that fails after the first byte of its body: the received bytes are delivered, and the response is truncated',
    run: ({ pod }) => {
      pod().opens();
      pod().responds(200, 'chunked');
      pod().sends('abc');
      pod().fails('upstream-closed');
    },
    client: ['respond 200 chunked', 'write abc', 'reset when sent'],
    tries: [['send GET /', 'abandon']],
    record: { status: 200, reason: 'upstream-closed', bytesSent: 3 },
  },
  {
    name: 'a client that takes bytes again after the end: podway does not read the pod again',
    settings: { proxyBufferSize: 0 },
    run: ({ client, pod }) => {
      client.stopsReading();
      pod().opens();
      pod().responds(200, 'chunked');
      pod().sends(LARGE_BODY);
      client.reachesDrainTimeout();
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
];

/** How an exchange reaches each stage, and the calls at both ends until then. */
const STAGES: readonly {
  readonly stage: string;
  readonly request?: Partial<RequestHead>;
  readonly settings?: SettingsOverrides;
  readonly run: (scene: ExchangeScene) => void;
  readonly client: readonly string[];
  readonly pod?: readonly string[];
}[] = [
  { stage: 'continue', request: POST_EXPECT_CONTINUE, run: () => undefined, client: ['ask for the body'] },
  {
    stage: 'collecting',
    request: POST,
    settings: COLLECT_REQUEST,
    run: ({ client }) => client.sends('a'),
    client: [],
  },
  { stage: 'connecting', run: () => undefined, client: [], pod: [] },
  { stage: 'sending', request: POST, run: ({ pod }) => pod().opens(), client: [], pod: [SENT_POST] },
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
    const reach = (scene: ExchangeScene): void => {
      run(scene);
      assert.equal(scene.client.exchange.stage, stage);
    };
    return [
      {
        ...rest,
        name: `a client that disconnects (${stage})`,
        run: (scene) => {
          reach(scene);
          scene.client.disconnects();
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
          scene.client.reachesDrainTimeout();
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
    name: 'a client that ends its side right after its request still gets its response',
    settings: { halfCloseTimeout: 60_000 },
    run: ({ client, pod }) => {
      pod().opens();
      client.halfCloses();
      pod().answers(200, 'abc');
    },
    client: ['respond 200 length', 'write abc and end', 'finish'],
    tries: [['send GET /']],
    record: { status: 200, reason: '' },
  },
  {
    name: 'a client that ends its side later counts as gone',
    settings: { halfCloseTimeout: 0 },
    run: ({ client, pod, worker }) => {
      pod().opens();
      worker.advance(1);
      client.halfCloses();
    },
    client: ['abort'],
    tries: [['send GET /', 'abandon']],
    record: { status: 499, reason: 'client-left' },
  },
];

for (const cases of [FAILURES, CLIENTS, HALF_CLOSES]) checkExchanges(cases);
