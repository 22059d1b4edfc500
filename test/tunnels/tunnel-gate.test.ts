import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ApiFailure } from '../../src/cluster/api/api-failure.ts';
import { TunnelError } from '../../src/cluster/streams/tunnel-error.ts';
import { TunnelGate } from '../../src/cluster/tunnels/tunnel-gate.ts';
import { TestClock } from '../cluster/test-clock.ts';

// When tunnels may be opened, with a clock that the test advances.

const UNAVAILABLE = new TunnelError('ETUNNELUNAVAILABLE', 'answered 503');

class GateScene {
  readonly clock = new TestClock();
  readonly gate: TunnelGate;
  /** The callers in the order of their admission. */
  readonly entered: number[] = [];
  readonly refused: string[] = [];
  full = 0;

  constructor(maxTunnels: number, tunnelOpensPerSecond = 20) {
    this.gate = new TunnelGate({ maxTunnels, tunnelOpensPerSecond }, this.clock, () => {
      this.full += 1;
    });
  }

  async request(count: number, signal = new AbortController().signal): Promise<void> {
    for (let at = 0; at < count; at += 1) {
      this.gate.enter(signal).then(
        () => this.entered.push(at),
        ({ code }: TunnelError) => this.refused.push(code),
      );
    }
    await turn();
  }

  async advanceClock(ms: number): Promise<number> {
    this.clock.advance(ms);
    await turn();
    return this.entered.length;
  }
}

test('of a thousand concurrent callers, a burst is admitted, then a fixed number each second, in their order (PT-12)', async () => {
  const scene = new GateScene(10_000);
  await scene.request(1_000);
  assert.equal(scene.entered.length, 50);
  for (let second = 1; second <= 5; second += 1) {
    for (let step = 0; step < 20; step += 1) await scene.advanceClock(50);
    assert.equal(scene.entered.length, 50 + 20 * second);
  }
  assert.deepEqual(
    scene.entered,
    scene.entered.toSorted((a, b) => a - b),
  );
});

test('at the maximum the next caller is admitted when a tunnel has ended, and the owner of idle tunnels is notified', async () => {
  const scene = new GateScene(2);
  await scene.request(4);
  assert.equal(scene.entered.length, 2);
  assert.ok(scene.full > 0);
  scene.gate.left();
  await turn();
  assert.equal(scene.entered.length, 3);
  assert.equal(scene.gate.open, 2);
});

test('a caller that gives up releases what it waited for', async () => {
  const scene = new GateScene(1);
  const timeout = new AbortController();
  await scene.request(1);
  await scene.request(1, timeout.signal);
  timeout.abort();
  await turn();
  assert.deepEqual(scene.refused, ['ETUNNELLIMIT']);
  scene.gate.refused(UNAVAILABLE);
  const other = new AbortController();
  await scene.request(1, other.signal);
  other.abort();
  await turn();
  assert.deepEqual(scene.refused, ['ETUNNELLIMIT', 'ETUNNELUNAVAILABLE']);
});

test('while the server refuses, one attempt at a time is made, after pauses that grow to 5 s', async () => {
  const scene = new GateScene(100);
  await scene.request(50);
  // The attempts began together, and count as one refusal.
  for (let at = 0; at < 50; at += 1) scene.gate.refused(UNAVAILABLE);
  await scene.request(20);
  const pauses: number[] = [];
  for (let round = 1; round <= 9; round += 1) {
    let waited = 0;
    for (; scene.entered.length < 50 + round; waited += 25) await scene.advanceClock(25);
    assert.equal(scene.entered.length, 50 + round, 'one');
    pauses.push(waited);
    scene.gate.refused(UNAVAILABLE);
  }
  // Half of each pause, with the random number of this test.
  assert.deepEqual(pauses, [50, 100, 200, 400, 800, 1_600, 2_500, 2_500, 2_500]);
  for (let waited = 0; scene.entered.length < 60; waited += 25) await scene.advanceClock(25);
  scene.gate.succeeded();
  await turn();
  assert.equal(scene.entered.length, 70, 'then all are admitted');
});

test('during one attempt, the end of a tunnel does not admit a second attempt', async () => {
  const scene = new GateScene(100);
  await scene.request(4);
  for (let at = 0; at < 3; at += 1) scene.gate.succeeded();
  scene.gate.refused(UNAVAILABLE);
  await scene.request(3);
  assert.equal(await scene.advanceClock(1_000), 5, 'one');
  scene.gate.ended();
  scene.gate.ended();
  assert.equal(await scene.advanceClock(1_000), 5, 'still one');
  scene.gate.succeeded();
  assert.equal(await scene.advanceClock(0), 7, 'then all are admitted');
});

test('podway waits for the pause that a server requests, up to a minute', async () => {
  for (const [asked, given] of [
    [7_000, 7_000],
    [3_600_000, 60_000],
  ] as const) {
    const scene = new GateScene(100);
    await scene.request(1);
    const failure = new ApiFailure('throttled', 'answered 429', { retryAfter: asked });
    scene.gate.refused(new TunnelError('ETUNNELTHROTTLED', failure.message, failure));
    await scene.request(1);
    assert.equal(await scene.advanceClock(given - 1), 1);
    assert.equal(await scene.advanceClock(1), 2);
  }
});

test('the gate is empty when the last tunnel has ended', async () => {
  const scene = new GateScene(3);
  await scene.request(2);
  const empty = scene.gate.whenEmpty();
  scene.gate.ended();
  scene.gate.left();
  await empty;
  await scene.gate.whenEmpty();
});
