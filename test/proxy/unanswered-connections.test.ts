import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  UnansweredConnections,
  blockingConnection,
  mayProbeConcurrency,
} from '../../src/proxy/upstream/http1/unanswered-connections.ts';
import { ConcurrencyProbes } from '../../src/proxy/upstream/http1/concurrency-probes.ts';
import type { UpstreamConnection } from '../../src/proxy/upstream/http1/upstream-connection.ts';
import { type ConnectionBehaviour, newConnectionBehaviour } from '../../src/routing/connection-behaviour.ts';
import type { Endpoint } from '../../src/routing/route.ts';

/** The fields that UnansweredConnections reads of a pod and of a connection to it. */
function setUp(serves: ConnectionBehaviour['serves']) {
  const endpoint = { behaviour: { ...newConnectionBehaviour(), serves } } as Endpoint;
  const waits = new UnansweredConnections();
  let given = 0;
  const connection = { endpoint, waitingSince: -1, overdue: false } as UpstreamConnection;
  return {
    endpoint,
    begin: (now: number) => waits.begin(connection, now),
    over: () => waits.over(connection),
    /** The number of idle connections closed so far. */
    sweep: (now: number): number => {
      waits.sweep(now, () => void (given += 1));
      return given;
    },
  };
}

test('idle connections are closed when a fresh connection has waited for more than 50 ms', () => {
  const { endpoint, begin, over, sweep } = setUp('unknown');
  begin(1000);
  assert.equal(sweep(1050), 0);
  assert.equal(blockingConnection(endpoint), false);
  assert.equal(sweep(1051), 1);
  assert.equal(sweep(1100), 2);
  assert.equal(blockingConnection(endpoint), true);
  over();
  assert.equal(blockingConnection(endpoint), false);
  over();
  assert.equal(endpoint.behaviour.overdue, 0);
  assert.equal(sweep(1150), 2);
});

test('once a second an idle connection is kept until the next check, as evidence', () => {
  const { endpoint } = setUp('unknown');
  const kept = [1000, 1001, 1999, 2000, 2500, 3000].filter((now) => mayProbeConcurrency(endpoint, now));
  assert.deepEqual(kept, [1000, 2000, 3000]);
});

test('an idle connection is evidence if the pod answered another one while it was open', () => {
  for (const [ends, serves] of [
    [false, 'several'],
    [true, 'unknown'],
  ] as const) {
    const { endpoint } = setUp('unknown');
    const witnesses = new ConcurrencyProbes();
    const idle = { endpoint, gone: false, stream: { destroyed: ends } } as UpstreamConnection;
    witnesses.add(idle, 7);
    for (const turn of [7, 8]) {
      witnesses.sweep(() => turn);
      assert.equal(
        endpoint.behaviour.serves,
        'unknown',
        'the router may not have read the end of the connection yet',
      );
      assert.equal(witnesses.has(endpoint), true);
    }
    witnesses.sweep(() => 9);
    assert.equal(endpoint.behaviour.serves, serves);
    assert.equal(witnesses.has(endpoint), false);
  }
});

test('no idle connection is closed if the first byte arrives in time', () => {
  const { endpoint, begin, over, sweep } = setUp('unknown');
  begin(1000);
  over();
  assert.equal(sweep(9000), 0);
  assert.equal(blockingConnection(endpoint), false);
});

test('idle connections are closed only after a second if the pod probably serves several', () => {
  const { begin, sweep } = setUp('several-likely');
  begin(1000);
  assert.deepEqual([sweep(1500), sweep(2000), sweep(2001)], [0, 0, 1]);
});

test('idle connections are never closed if the pod serves several, even if podway learns that while one waits', () => {
  const known = setUp('several');
  known.begin(1000);
  assert.equal(known.sweep(60_000), 0);
  const learnt = setUp('unknown');
  learnt.begin(1000);
  assert.equal(learnt.sweep(1100), 1);
  assert.equal(blockingConnection(learnt.endpoint), true);
  learnt.endpoint.behaviour.serves = 'several';
  assert.equal(blockingConnection(learnt.endpoint), false);
  learnt.over();
  assert.equal(learnt.endpoint.behaviour.overdue, 0);
});
