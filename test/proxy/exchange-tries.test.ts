/**
 * Where a request goes after a failed try, and against which pod the failure counts, between two ends without HTTP and without sockets
 * (see exchange-ends.test.ts).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestHead } from '../../src/http1/request-head.ts';
import {
  checkAtRest,
  checkExchanges,
  COLLECT_REQUEST,
  type ExchangeCase,
  POST,
  SENT_POST,
  TWO_PODS,
} from '../fixtures/fakes/check-exchange.ts';
import type { FakeClient } from '../fixtures/fakes/fake-client.ts';
import type { FakeTry } from '../fixtures/fakes/fake-pods.ts';
import { type PodSpec, FakeWorker } from '../fixtures/fakes/fake-worker.ts';

const TRIES: readonly ExchangeCase[] = [
  {
    name: 'a pod that refuses: another pod gets the request',
    pods: TWO_PODS,
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
    name: 'an upload also goes to another pod while no pod has taken a byte of it',
    pods: TWO_PODS,
    request: POST,
    settings: COLLECT_REQUEST,
    run: ({ client, pod }) => {
      client.sends('abc', 'last');
      pod().refuses();
      pod(1).opens();
      pod(1).answers(200);
    },
    client: ['respond 200 none', 'write  and end', 'finish'],
    tries: [['abandon'], [SENT_POST, 'write abc and end']],
    record: { status: 200, attempts: 2 },
  },
  {
    name: 'all pods refuse',
    pods: TWO_PODS,
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
    pods: TWO_PODS,
    settings: { upstreamRetries: 0 },
    run: ({ pod }) => pod().refuses(),
    client: ['answer 502 connect-refused', 'finish'],
    tries: [['abandon']],
    record: { status: 502, attempts: 1 },
  },
  {
    name: 'a second address of the same pod, with its own timeout',
    pods: [{ pod: 'a', secondAddress: 'fd00::1' }],
    settings: { connectTimeout: 100 },
    run: ({ pod, worker }) => {
      worker.advance(100);
      worker.advance(99);
      assert.equal(worker.upstreams.tries.length, 1);
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
      for (let times = 0; times < 3; times += 1) worker.advance(100);
    },
    client: ['answer 504 connect-timeout', 'finish'],
    tries: [['dial the second address', 'abandon'], ['abandon']],
    record: { status: 504, reason: 'connect-timeout', attempts: 2 },
  },
  {
    name: 'at most the allowed number of other pods is tried',
    pods: [...TWO_PODS, { pod: 'c' }],
    settings: { upstreamRetries: 1 },
    run: ({ pod }) => {
      pod().refuses();
      pod(1).refuses();
    },
    client: ['answer 502 connect-refused', 'finish'],
    tries: [['abandon'], ['abandon']],
    record: { status: 502, attempts: 2 },
  },
  {
    name: 'a pod that closes a fresh connection without a response: another pod is tried once',
    pods: [...TWO_PODS, { pod: 'c' }],
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
    name: 'all tries get the same id',
    pods: TWO_PODS,
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
    name: 'a request that is not idempotent is not sent twice',
    pods: TWO_PODS,
    request: { method: 'POST' },
    run: ({ pod }) => {
      pod().opens();
      pod().fails('upstream-reset');
    },
    client: ['answer 502 upstream-reset', 'finish'],
    tries: [[SENT_POST, 'abandon']],
    record: { status: 502, reason: 'upstream-reset', attempts: 1 },
  },
  {
    name: 'a kept connection that ends without a response: the same pod gets the request on a fresh connection',
    keepAlive: true,
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
  {
    name: 'a kept connection whose pod has left the table in the meantime: another pod gets the request',
    pods: TWO_PODS,
    keepAlive: true,
    run: ({ pod, worker }) => {
      worker.setPods([{ pod: 'b', address: '10.0.0.2' }]);
      pod().fails('upstream-closed');
      pod(1).answers(200);
    },
    client: ['respond 200 none', 'write  and end', 'finish'],
    tries: [['send GET /', 'abandon'], ['send GET /']],
    record: { status: 200, attempts: 2, pod: 'b' },
  },
];

/** Against which pods a failure counts. */
interface Fault {
  readonly name: string;
  readonly request?: Partial<RequestHead>;
  readonly pods?: readonly PodSpec[];
  readonly kept?: boolean;
  readonly run: (pod: (at?: number) => FakeTry) => void;
  /** The number of failures of each pod. */
  readonly failures: readonly number[];
}

const FAULTS: readonly Fault[] = [
  {
    name: 'a pod that closes the connection while another pod answers: the first pod is at fault',
    run: (pod) => {
      pod().opens();
      pod().fails('upstream-closed');
      pod(1).opens();
      pod(1).answers(200);
    },
    failures: [1, 0],
  },
  {
    name: 'two pods that both close the connection: the request is at fault',
    run: (pod) => {
      for (const at of [0, 1]) {
        pod(at).opens();
        pod(at).fails('upstream-closed');
      }
    },
    failures: [0, 0],
  },
  {
    name: 'a pod that closes the connection, without another pod to compare',
    pods: [{ pod: 'a' }],
    run: (pod) => {
      pod().opens();
      pod().fails('upstream-closed');
    },
    failures: [1],
  },
  {
    name: 'a kept connection that its pod was closing does not count as a failure',
    pods: [{ pod: 'a' }],
    kept: true,
    run: (pod) => {
      pod().fails('upstream-closed');
      pod(1).opens();
      pod(1).answers(200);
    },
    failures: [0],
  },
  {
    name: 'a kept connection that ends within a response counts as a failure',
    pods: [{ pod: 'a' }],
    kept: true,
    run: (pod) => {
      pod().responds(200, 'chunked');
      pod().fails('upstream-closed');
    },
    failures: [1],
  },
  {
    name: 'a pod that closes the connection during an upload may have refused the upload',
    request: POST,
    run: (pod) => {
      pod().opens();
      pod().fails('upstream-reset');
    },
    failures: [0, 0],
  },
  {
    name: 'a pod that refuses the connection of an upload is at fault',
    request: POST,
    run: (pod) => {
      pod().refuses();
      pod(1).opens();
      pod(1).answers(200);
    },
    failures: [1, 0],
  },
];

for (const { name, request = {}, pods = TWO_PODS, kept = false, run, failures } of FAULTS) {
  test(name, () => {
    const worker = new FakeWorker(pods);
    worker.upstreams.keepsConnections = kept;
    worker.client(request).begins();
    run((at = 0) => worker.upstreams.tries[at] as FakeTry);
    const counted = [...worker.table.endpoints()].map(({ health }) => health.failures);
    assert.deepEqual(counted, failures);
    checkAtRest(worker);
  });
}

/** A client that is logged in on a connection to the second pod, and its first try on it. */
function loggedIn(): { worker: FakeWorker; client: FakeClient; pod: FakeTry } {
  const worker = new FakeWorker(TWO_PODS);
  const [, endpoint] = worker.table.endpoints();
  assert.ok(endpoint);
  const client = worker.client({});
  client.pinned = { take: () => ({ endpoint }), end: () => undefined };
  client.begins();
  const [pod] = worker.upstreams.tries as [FakeTry];
  assert.ok(pod.bound);
  assert.equal(pod.endpoint, endpoint);
  return { worker, client, pod };
}

test('a request on a connection with the login of its client goes to no other pod', () => {
  const { worker, client, pod } = loggedIn();
  pod.fails('upstream-closed');
  const [, fresh] = worker.upstreams.tries as [FakeTry, FakeTry];
  assert.equal(fresh.endpoint, pod.endpoint);
  fresh.refuses();
  assert.deepEqual(client.calls, ['answer 502 connect-refused', 'finish']);
  assert.equal(worker.upstreams.tries.length, 2);
  checkAtRest(worker);
});

test('a request on such a connection goes to no other pod even if its pod has left the table', () => {
  const { worker, client, pod } = loggedIn();
  worker.setPods([{ pod: 'a' }]);
  pod.fails('upstream-closed');
  assert.deepEqual(client.calls, ['answer 502 upstream-closed', 'finish']);
  checkAtRest(worker);
});

test('no connection is kept for users of a trusted proxy, or for a client that has disconnected', () => {
  const worker = new FakeWorker(TWO_PODS);
  const proxy = worker.client({}, { trusted: true });
  const client = worker.client({});
  for (const one of [proxy, client]) one.begins();
  assert.equal(proxy.exchange.binding, undefined);
  assert.deepEqual(client.exchange.binding?.client, client);
  assert.equal(client.exchange.binding?.route.host, 't.local');
  client.closed = true;
  assert.equal(client.exchange.binding, undefined);
});

checkExchanges(TRIES);
