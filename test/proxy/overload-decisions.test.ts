import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Overload } from '../../src/proxy/overload.ts';

const LIMITS = { inFlight: 100, requestMemory: 1_000, heapShed: 90, heapRefuse: 95, lag: 200 };
/** More than the few that a full heap always lets in. */
const MANY = 90;

/** Ticks as they come: how late, and how full the heap; then how many of a hundred requests are refused, and why. */
interface Case {
  readonly name: string;
  readonly ticks: readonly (readonly [late: number, heap: number])[];
  readonly inFlight?: number;
  readonly held?: number;
  readonly body?: boolean;
  readonly refused: number;
  readonly reason?: string;
  /** Milliseconds since the last tick; more than the lag allows by default. */
  readonly turn?: number;
  readonly connections?: 'taken' | 'refused';
}

const late = (count: number) => Array.from({ length: count }, () => [300, 10] as const);
const punctual = (count: number) => Array.from({ length: count }, () => [0, 10] as const);

const CASES: readonly Case[] = [
  { name: 'nothing is the matter', ticks: punctual(3), refused: 0 },
  { name: 'as many as may be in flight', ticks: [], inFlight: 100, refused: 0 },
  { name: 'one more', ticks: [], inFlight: 101, refused: 100, reason: 'overload-in-flight' },
  { name: 'memory spent, no body', ticks: [], held: 1_000, refused: 0 },
  {
    name: 'memory spent, a body',
    ticks: [],
    held: 1_000,
    body: true,
    refused: 100,
    reason: 'overload-memory',
  },
  { name: 'a body, memory left', ticks: [], held: 999, body: true, refused: 0 },
  { name: 'heap below its mark', ticks: [[0, 89.9]], refused: 0 },
  { name: 'heap at its mark', ticks: [[0, 90]], refused: 100, reason: 'overload-heap', connections: 'taken' },
  {
    name: 'heap hardly better',
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
  { name: 'PR-08: one pause of an hour', ticks: [[3_600_000, 10]], refused: 0 },
  { name: 'late, in time, late', ticks: [...late(1), ...punctual(1), ...late(1)], refused: 0 },
  { name: 'two late ticks, early in the turn', ticks: late(2), turn: 200, refused: 0 },
  { name: 'two late ticks, later in the turn', ticks: late(2), refused: 100, reason: 'overload-lag' },
  {
    name: 'late, and hardly relieved',
    ticks: [...late(9), ...punctual(19)],
    refused: 100,
    reason: 'overload-lag',
  },
  { name: 'late, and relieved for a second', ticks: [...late(9), ...punctual(20)], refused: 0 },
  {
    name: 'neither late nor in time is no relief',
    ticks: [...late(2), ...Array.from({ length: 30 }, () => [150, 10] as const)],
    refused: 100,
    reason: 'overload-lag',
  },
];

for (const { name, ticks, refused, reason, connections = 'taken', ...request } of CASES) {
  test(name, () => {
    let now = 0;
    let used = 0;
    const overload = new Overload(LIMITS, { now: () => now, heap: () => used });
    overload.heldBytes = request.held ?? 0;
    for (const [late, heap] of ticks) {
      overload.tick(late);
      used = heap;
      overload.seeHeap();
    }
    now += request.turn ?? 201;
    const answers = Array.from({ length: 100 }, () =>
      overload.refusal(request.inFlight ?? MANY, request.body ?? false),
    ).filter((answer) => answer !== undefined);
    assert.equal(answers.length, refused);
    for (const answer of answers) assert.equal(answer, reason);
    assert.equal(overload.refusesConnection(MANY), connections === 'refused');
    assert.equal(overload.refusesConnection(1), false);
  });
}

/** Of a hundred requests in one turn, each of which takes so much of the heap (percent), so many are let in. */
for (const { name, from, each, letIn } of [
  { name: 'a heap that fills within a turn is seen', from: 60, each: 1, letIn: 31 },
  { name: 'one with room is not looked at before the next tick', from: 59, each: 1, letIn: 100 },
]) {
  test(name, () => {
    let used = from;
    const overload = new Overload(LIMITS, { now: () => 0, heap: () => used });
    overload.seeHeap();
    let taken = 0;
    for (let asked = 0; asked < 100; asked += 1) {
      if (overload.refusal(MANY, false) !== undefined) continue;
      taken += 1;
      used += each;
    }
    assert.equal(taken, letIn);
  });
}
