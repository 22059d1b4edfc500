import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IdleDeadlines } from '../../src/proxy/upstream/http1/idle-deadlines.ts';
import type { UpstreamConnection } from '../../src/proxy/upstream/http1/upstream-connection.ts';

/** The fields of a connection that IdleDeadlines reads. */
function connection(idleUntil: number) {
  const it = { idleUntil, watch: undefined, handler: undefined as object | undefined, ended: 0 };
  const as = { ...it, destroy: () => void (as.ended += 1) };
  return as;
}

function setUp() {
  const deadlines = new IdleDeadlines(0);
  const add = (it: ReturnType<typeof connection>) => deadlines.add(it as unknown as UpstreamConnection);
  const forget = (it: ReturnType<typeof connection>) => deadlines.forget(it as unknown as UpstreamConnection);
  return { add, forget, sweep: (now: number) => deadlines.sweep(now) };
}

test('an idle connection is ended within 50 ms after its time is over', () => {
  const { add, sweep } = setUp();
  const first = connection(120);
  const second = connection(4_000);
  add(first);
  add(second);
  sweep(119);
  assert.deepEqual([first.ended, second.ended], [0, 0]);
  sweep(170);
  assert.deepEqual([first.ended, second.ended], [1, 0]);
  sweep(10_000);
  assert.deepEqual([first.ended, second.ended], [1, 1]);
  sweep(20_000);
  assert.deepEqual([first.ended, second.ended], [1, 1]);
});

test('a connection that has been used again is ended later, and a connection in use is not ended', () => {
  const { add, sweep } = setUp();
  const used = connection(1_000);
  const busy = connection(1_000);
  add(used);
  add(busy);
  // The connection is used and idle again many times. It must be entered only once.
  for (let time = 100; time <= 900; time += 100) {
    used.idleUntil = 1_000 + time;
    add(used);
  }
  busy.handler = {};
  sweep(1_899);
  assert.deepEqual([used.ended, busy.ended], [0, 0]);
  sweep(1_950);
  assert.deepEqual([used.ended, busy.ended], [1, 0]);
  busy.handler = undefined;
  busy.idleUntil = 2_100;
  add(busy);
  sweep(2_150);
  assert.equal(busy.ended, 1);
});

test('a closed connection is skipped; a connection that is already due is ended at the next check', () => {
  const { add, forget, sweep } = setUp();
  const gone = connection(100);
  add(gone);
  forget(gone);
  sweep(1_000);
  assert.equal(gone.ended, 0);
  const late = connection(10);
  add(late);
  sweep(1_050);
  assert.equal(late.ended, 1);
});
