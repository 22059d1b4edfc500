/** How often podway counts what its clients use, without sockets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestHead } from '../../src/http1/request-head.ts';
import { earlyAnswer } from '../../src/proxy/exchange/admit.ts';
import { ClientShare } from '../../src/proxy/load/client-share.ts';
import { PEER } from '../fixtures/decide-request.ts';
import { FakeWorker } from '../fixtures/fakes/fake-worker.ts';

const LIMIT = { limit: 1_024, share: 75 };
const SHARE = 768;
const NONE_TRUSTED = { has: () => false };

/** A share of which PEER uses `uses` places. */
function counted(uses: number, limit = LIMIT) {
  const clock = { now: 5_000 };
  const state = { uses, counts: 0, clock };
  const share = new ClientShare(limit, { trusted: NONE_TRUSTED, clock }, (visit) => {
    state.counts += 1;
    for (let at = 0; at < state.uses; at += 1) visit(PEER.network);
  });
  const request = (used: number, taken?: number) => share.isExceeded(new RequestHead(), PEER, used, taken);
  return { state, request };
}

test('requests of a client that is refused again and again cause few counts', () => {
  const { state, request } = counted(SHARE + 1);
  for (let at = 0; at < 6_400; at += 1) assert.equal(request(1_024), at >= 63);
  assert.equal(state.counts, 100);
  for (let second = 0; second < 10; second += 1) {
    state.clock.now += 1_000;
    for (let at = 0; at < 32; at += 1) assert.equal(request(1_024), true);
  }
  assert.ok(state.counts <= 100 + 10 + 320 / 64, `${state.counts} counts`);
});

test('a client that uses less than at the last count is admitted after a second, and a count at most once a second', () => {
  const { state, request } = counted(SHARE + 1);
  for (let at = 0; at < 64; at += 1) request(1_024);
  state.uses = 0;
  state.clock.now += 999;
  assert.equal(request(1_024), true);
  state.clock.now += 1;
  assert.equal(request(1_024), false);
  assert.equal(state.counts, 2);
});

test('a request that takes two places causes a count twice as early, and a small share admits it', () => {
  const { state, request } = counted(2);
  for (let at = 0; at < 32; at += 1) request(1_024, 2);
  assert.equal(state.counts, 1);
  const { request: small } = counted(2, { limit: 100, share: 1 });
  assert.deepEqual([small(2, 2), small(2, 1)], [false, true]);
});

/** Which of its shares a client exceeds, and the reason of its refusal. */
const REFUSALS = [
  { requests: false, connections: false, reason: undefined },
  { requests: true, connections: false, reason: 'overload-client' },
  { requests: false, connections: true, reason: 'overload-client-connections' },
  { requests: true, connections: true, reason: 'overload-client' },
] as const;

for (const { requests, connections, reason } of REFUSALS)
  test(`both shares count the request of a client that exceeds ${JSON.stringify({ requests, connections })}`, () => {
    const worker = new FakeWorker([]);
    let counted = 0;
    const places = {
      isShareExceeded: () => ++counted > 0 && connections,
      refusal: () => undefined,
    };
    const uses = requests ? 2 : 0;
    const clientShare = new ClientShare({ limit: 1, share: 1 }, worker, (visit) => {
      for (let at = 0; at < uses; at += 1) visit(PEER.network);
    });
    worker.counts.gauges.exchanges_in_flight = 2;
    const { settings, table, leaving, overload, counts } = worker;
    const needs = { settings, table, leaving, overload, counts, clientShare, places };
    assert.equal(earlyAnswer(new RequestHead(), PEER, needs)?.reason, reason);
    assert.equal(counted, 1);
  });
