import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Overload } from '../../src/proxy/load/overload.ts';

const LIMITS = { maxInFlight: 100, requestMemory: 1_000, shedAtHeap: 90, refuseAtHeap: 95, shedAtLag: 200 };
/** More requests in flight than a full heap always admits. */
const MANY = 90;
const LAG = 'overload-lag';

/** Ticks in order; then how many of a hundred requests are refused, and the reason. */
interface Case {
  readonly name: string;
  readonly ticks: readonly Tick[];
  readonly inFlight?: number;
  /** Requests in flight, and those whose answers clients have not taken. Default: only those in flight. */
  readonly open?: number;
  readonly held?: number;
  readonly body?: boolean;
  readonly refused: number;
  readonly reason?: string;
  readonly connections?: 'taken' | 'refused';
}

/**
 * The delay of the tick and the used share of the heap in percent. Then since the previous tick: answered requests, received requests,
 * and milliseconds of work, which default to the whole time.
 */
type Tick = readonly [late: number, heap: number, answered?: number, came?: number, work?: number];

const times = (count: number, tick: Tick): Tick[] => Array.from({ length: count }, () => tick);
const late = (count: number): Tick[] => times(count, [300, 10]);
const punctual = (count: number): Tick[] => times(count, [0, 10]);
/** Two ticks with 350 ms each, in which this many requests are answered. */
const lateAnswering = (answered: number): Tick[] => times(2, [300, 10, answered]);

const CASES: readonly Case[] = [
  { name: 'no overload', ticks: punctual(3), refused: 0 },
  {
    name: 'late for a moment, then an idle core and slow pods',
    ticks: [...late(2), ...times(40, [0, 10, 0, 50, 5])],
    refused: 0,
  },
  {
    name: 'a long pause, then a late tick',
    ticks: [
      [2_000, 10],
      [140, 10],
    ],
    refused: 0,
  },
  { name: 'the maximum in flight', ticks: [], inFlight: 100, refused: 0 },
  { name: 'one above the maximum', ticks: [], inFlight: 101, refused: 100, reason: 'overload-in-flight' },
  {
    name: 'the maximum of requests in flight and answers that clients have not taken',
    ticks: [],
    open: 100,
    refused: 0,
  },
  {
    name: 'one above the maximum, with answers that clients have not taken',
    ticks: [],
    inFlight: 1,
    open: 101,
    refused: 100,
    reason: 'overload-in-flight',
  },
  {
    name: 'a full heap, and many answers that clients have not taken',
    ticks: times(1, [0, 90]),
    inFlight: 1,
    open: MANY,
    refused: 100,
    reason: 'overload-heap',
  },
  { name: 'memory used up, a request without a body', ticks: [], held: 1_000, refused: 0 },
  {
    name: 'memory used up, a request with a body',
    ticks: [],
    held: 1_000,
    body: true,
    refused: 100,
    reason: 'overload-memory',
  },
  { name: 'memory left, a request with a body', ticks: [], held: 999, body: true, refused: 0 },
  { name: 'heap below its mark', ticks: [[0, 89.9]], refused: 0 },
  { name: 'heap at its mark', ticks: [[0, 90]], refused: 100, reason: 'overload-heap', connections: 'taken' },
  {
    name: 'heap slightly better',
    ticks: [
      [0, 90],
      [0, 86],
    ],
    refused: 100,
    reason: 'overload-heap',
  },
  {
    name: 'heap better',
    ticks: [
      [0, 90],
      [0, 84],
    ],
    refused: 0,
  },
  {
    name: 'heap at the second mark',
    ticks: [[0, 95]],
    refused: 100,
    reason: 'overload-heap',
    connections: 'refused',
  },
  { name: 'heap full, but few in flight', ticks: [[0, 94]], inFlight: 64, refused: 0 },
  { name: 'one pause of an hour (PR-08)', ticks: [[3_600_000, 10]], refused: 0 },
  { name: 'late, in time, late', ticks: [...late(1), ...punctual(1), ...late(1)], refused: 0 },
  { name: 'two ticks at the mark', ticks: times(2, [200, 10]), refused: 0 },
  { name: 'half of the lag for longer, few in flight', ticks: times(4, [101, 10]), refused: 0 },
  { name: 'less than half of the lag, for ever', ticks: times(100, [100, 10]), refused: 0 },
  { name: 'two late ticks, no request answered: 16 are admitted', ticks: late(2), refused: 84, reason: LAG },
  { name: 'late, but few in flight', ticks: late(2), inFlight: 64, refused: 0 },
  {
    name: 'one request answered per millisecond: as many are admitted as fit into 75 ms',
    ticks: lateAnswering(350),
    refused: 25,
    reason: LAG,
  },
  { name: 'fewer requests answered, fewer admitted', ticks: lateAnswering(175), refused: 62, reason: LAG },
  {
    name: 'after 500 ms of work half of the measured capacity is forgotten',
    ticks: [...lateAnswering(175), [450, 10, 0]],
    refused: 81,
    reason: LAG,
  },
  {
    name: 'short turns, 45 requests answered in 50 ms: half as many more may begin',
    ticks: [...lateAnswering(175), ...times(15, [0, 10, 45])],
    refused: 32,
    reason: LAG,
  },
  {
    name: 'late with little work: all requests that arrived in the meantime are admitted',
    ticks: [...times(5, [0, 10, 10, 10, 5]), ...times(2, [300, 10, 0, 0, 20])],
    refused: 0,
  },
  {
    name: 'turns in time without idle time, more in flight than two lags of work',
    ticks: times(11, [0, 10, 10, 1, 50]),
    refused: 84,
    reason: LAG,
  },
  {
    name: 'without idle time, but fewer in flight',
    ticks: times(11, [0, 10, 20, 1, 50]),
    inFlight: 70,
    refused: 0,
  },
  { name: 'more in flight, with some idle time', ticks: times(40, [0, 10, 10, 1, 45]), refused: 0 },
  {
    name: 'late, then in time for less than a second',
    ticks: [...late(9), ...punctual(19)],
    refused: 84,
    reason: LAG,
  },
  { name: 'late, then in time for a second', ticks: [...late(9), ...punctual(20)], refused: 0 },
  {
    name: 'in time because of refusals, which does not end the overload',
    ticks: [...late(2), ...times(30, [0, 10, 0, 17])],
    refused: 84,
    reason: LAG,
  },
  {
    name: 'many requests that only wait, with the loop in time: no overload',
    ticks: times(60, [0, 10, 0, 90]),
    refused: 0,
  },
];

for (const { name, ticks, refused, reason, connections = 'taken', ...request } of CASES) {
  test(name, () => {
    let used = 0;
    const room = (request.held ?? 0) < LIMITS.requestMemory;
    const overload = new Overload(
      LIMITS,
      () => used,
      () => room,
    );
    for (const [late, heap, answered = 0, came = 0, work = late + 50] of ticks) {
      for (let count = 0; count < came; count += 1) overload.refusal(MANY, undefined);
      for (let count = 0; count < answered; count += 1) overload.answered();
      overload.tick(late, work);
      used = heap;
      overload.checkHeap();
    }
    const answers = Array.from({ length: 100 }, () =>
      overload.refusal(
        request.inFlight ?? MANY,
        request.body === true ? '192.0.2.1' : undefined,
        request.open,
      ),
    ).filter((answer) => answer !== undefined);
    assert.equal(answers.length, refused);
    for (const answer of answers) assert.equal(answer, reason);
    assert.equal(overload.refusesConnection(MANY), connections === 'refused');
    assert.equal(overload.refusesConnection(1), false);
  });
}

/** Of a hundred requests in one turn, each of which uses `each` percent of the heap, `letIn` are admitted. */
for (const { name, from, each, letIn } of [
  { name: 'a heap that fills within a turn is detected', from: 60, each: 1, letIn: 31 },
  { name: 'a heap with room is not checked before the next tick', from: 59, each: 1, letIn: 100 },
]) {
  test(name, () => {
    let used = from;
    const overload = new Overload(
      LIMITS,
      () => used,
      () => true,
    );
    overload.checkHeap();
    let taken = 0;
    for (let asked = 0; asked < 100; asked += 1) {
      if (overload.refusal(MANY, undefined) !== undefined) continue;
      taken += 1;
      used += each;
    }
    assert.equal(taken, letIn);
  });
}

test('a heap that fills with connections is detected between two ticks', () => {
  let used = 0;
  const overload = new Overload(
    LIMITS,
    () => used,
    () => true,
  );
  const taken = Array.from({ length: 100 }, () => {
    used += 3;
    return !overload.refusesConnection(MANY);
  }).filter(Boolean);
  // The heap is checked at every 32nd connection.
  assert.equal(taken.length, 31);
});

for (const { name, ticks, limit } of [
  { name: 'no overload: the limit is 0', ticks: punctual(1), limit: 0 },
  { name: 'overload: the limit is shown', ticks: lateAnswering(175), limit: 38 },
]) {
  test(name, () => {
    const overload = new Overload(
      LIMITS,
      () => 10,
      () => true,
    );
    for (const [late, , answered = 0] of ticks) {
      for (let count = 0; count < answered; count += 1) overload.answered();
      overload.tick(late, late + 50);
    }
    assert.equal(overload.admissionLimit, limit);
  });
}
