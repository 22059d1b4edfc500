/**
 * How long an exchange waits, and for which side: every stage with and without a try, a body, and a client that takes no more. Each
 * combination matches exactly one row.
 */
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import type { FailureReason } from '../../src/boundary/reasons.ts';
import { defaultOptions } from '../../src/routing/options.ts';
import {
  deadlineOf,
  hasLeft,
  type Stage,
  type WaitState,
  timeoutReason,
} from '../../src/proxy/exchange/deadlines.ts';
import { workerSettings } from '../fixtures/settings.ts';

const NOW = 100_000;
const [CONNECT, HEAD, POD, CLIENT, AWAITED] = [1_000, 2_000, 3_000, 4_000, 5_000];
const OPTIONS = defaultOptions(
  workerSettings({
    connectTimeout: CONNECT,
    responseHeadTimeout: HEAD,
    upstreamIdleTimeout: POD,
    clientIdleTimeout: CLIENT,
  }),
).endpoint;
const NEVER = Number.POSITIVE_INFINITY;
const OPENED_AT = NOW - 50;

/** `spent`: the client has used up its time, which its bytes extend. `blocked`: the pod takes no more of the body. */
type BodyState = 'none' | 'awaited' | 'spent' | 'blocked' | 'blocked and spent';
const BODIES: readonly BodyState[] = ['none', 'awaited', 'spent', 'blocked', 'blocked and spent'];
const STAGES = Object.keys({
  deciding: true,
  continue: true,
  collecting: true,
  connecting: true,
  sending: true,
  waiting: true,
  relaying: true,
  tunnel: true,
  over: true,
} satisfies Record<Stage, true>) as Stage[];

/** One combination of states. */
interface Cell {
  readonly stage: Stage;
  /** Whether a pod has been picked. */
  readonly tried: boolean;
  readonly body: BodyState;
  /** Whether the client takes no more of the response. */
  readonly stalled: boolean;
}

/** A property that is missing matches any value. */
interface Row {
  readonly stage: readonly Stage[];
  readonly tried?: boolean;
  readonly body?: readonly BodyState[];
  readonly stalled?: boolean;
  readonly deadline?: number;
  readonly late?: FailureReason;
}

const WITH_BODY = BODIES.filter((it) => it !== 'none');
const UNBLOCKED: readonly BodyState[] = ['awaited', 'spent'];
const BLOCKED: readonly BodyState[] = ['blocked', 'blocked and spent'];
const TRIED_NEVER: readonly Stage[] = ['deciding', 'continue', 'collecting', 'tunnel', 'over'];
const LATE_BY_STAGE: readonly Stage[] = ['connecting', 'waiting', 'relaying'];

/** The deadline of the side that must act next. */
const DEADLINES: readonly Row[] = [
  // Before a pod is picked the exchange waits only for the client, in every stage.
  { stage: STAGES, tried: false, body: ['none'], deadline: NEVER },
  { stage: STAGES, tried: false, body: WITH_BODY, deadline: NOW + AWAITED },
  { stage: ['connecting'], tried: true, deadline: NOW + CONNECT },
  { stage: ['sending'], tried: true, body: UNBLOCKED, deadline: NOW + AWAITED },
  { stage: ['sending'], tried: true, body: BLOCKED, deadline: NOW + POD },
  // A request without a body never reaches this stage.
  { stage: ['sending'], tried: true, body: ['none'], deadline: NOW },
  { stage: ['waiting'], tried: true, deadline: OPENED_AT + HEAD },
  { stage: ['relaying'], tried: true, stalled: false, deadline: NOW + POD },
  { stage: ['relaying'], tried: true, stalled: true, deadline: NOW + CLIENT },
  // An exchange is in these stages only before the first try or after the last one. A tunnel has its own deadline.
  { stage: TRIED_NEVER, tried: true, deadline: NEVER },
];

/** What is late after the deadline. */
const LATE: readonly Row[] = [
  { stage: ['connecting'], late: 'connect-timeout' },
  { stage: ['waiting'], late: 'response-timeout' },
  { stage: ['relaying'], stalled: false, late: 'upstream-stalled' },
  { stage: ['relaying'], stalled: true, late: 'client-stalled' },
  { stage: others(LATE_BY_STAGE), body: BLOCKED, late: 'upstream-stalled' },
  { stage: others(LATE_BY_STAGE), body: ['spent'], late: 'body-too-slow' },
  { stage: others(LATE_BY_STAGE), body: ['none', 'awaited'], late: 'request-timeout' },
];

function others(stages: readonly Stage[]): Stage[] {
  return STAGES.filter((it) => !stages.includes(it));
}

const CELLS: readonly Cell[] = STAGES.flatMap((stage) =>
  [false, true].flatMap((tried) =>
    BODIES.flatMap((body) => [false, true].map((stalled) => ({ stage, tried, body, stalled }))),
  ),
);

/** The exchange that a cell describes, and the calls that read or stop the clock of its body. */
function exchangeOf({ stage, tried, body, stalled }: Cell, times: Partial<WaitState> = {}) {
  const calls: string[] = [];
  const waiting: WaitState = {
    stage,
    stalled,
    request: tried ? { isConversation: false, endpoint: { options: OPTIONS } } : undefined,
    body:
      body === 'none'
        ? undefined
        : {
            blocked: body.startsWith('blocked'),
            startWaiting: (now) => {
              calls.push(`awaited ${now}`);
              return AWAITED;
            },
            stopWaiting: (now) => calls.push(`rests ${now}`),
            tooSlow: (now) => now === NOW && body.endsWith('spent'),
          },
    requestDone: body === 'none' || stage !== 'sending',
    requestDoneAt: OPENED_AT - 1,
    openedAt: OPENED_AT,
    ...times,
  };
  return { waiting, calls };
}

/** Checks that every cell matches one row, and judges the cell by that row. */
function check(rows: readonly Row[], judge: (cell: Cell, row: Row) => void): void {
  for (const cell of CELLS) {
    const found = rows.filter(
      ({ stage, tried = cell.tried, body = BODIES, stalled = cell.stalled }) =>
        stage.includes(cell.stage) &&
        tried === cell.tried &&
        body.includes(cell.body) &&
        stalled === cell.stalled,
    );
    assert.equal(found.length, 1, `${JSON.stringify(cell)} is in ${found.length} rows`);
    judge(cell, found[0] as Row);
  }
}

test('each combination has its deadline', () => {
  check(DEADLINES, (cell, { deadline }) => {
    assert.equal(deadlineOf(exchangeOf(cell).waiting, NOW), deadline, JSON.stringify(cell));
  });
});

test('each combination has the side that is late', () => {
  check(LATE, (cell, { late }) => {
    assert.equal(timeoutReason(exchangeOf(cell).waiting, NOW), late, JSON.stringify(cell));
  });
});

test('the clock of a body runs while podway waits for the client, and stops while it waits for the pod', () => {
  for (const cell of CELLS) {
    const { waiting, calls } = exchangeOf(cell);
    deadlineOf(waiting, NOW);
    const isAwaited = cell.body !== 'none' && (!cell.tried || cell.stage === 'sending');
    const rests = isAwaited && cell.tried && BLOCKED.includes(cell.body);
    const expected = rests ? [`rests ${NOW}`] : isAwaited ? [`awaited ${NOW}`] : [];
    assert.deepEqual(calls, expected, JSON.stringify(cell));
  }
});

test('the wait for a response head starts at the later of two times, and no progress extends it', () => {
  const cell: Cell = { stage: 'waiting', tried: true, body: 'blocked', stalled: false };
  for (const [requestDoneAt, openedAt, from] of [
    [10, 20, 20],
    [30, 20, 30],
  ] as const) {
    const { waiting } = exchangeOf(cell, { requestDoneAt, openedAt });
    for (const now of [from, from + 1, NOW]) assert.equal(deadlineOf(waiting, now), from + HEAD);
  }
});

/** Milliseconds on the worker's clock; whether they have passed on the real clock; whether podway takes the client as gone. */
const HALF_CLOSES: readonly (readonly [since: number, realOver: boolean, left: boolean])[] = [
  [0, false, false],
  [0, true, false],
  [1_000_000, true, false],
  [1_000_001, false, false],
  [1_000_001, true, true],
];

for (const [since, realOver, left] of HALF_CLOSES) {
  const clocks = `${since} ms after its request by the worker's clock, ${realOver ? 'and' : 'not'} by the real one`;
  test(`a client that ends its side counts as ${left ? 'gone' : 'present'} ${clocks}`, () => {
    const doneTime = performance.now() - (realOver ? 2_000_000 : 0);
    assert.equal(hasLeft(since, doneTime, 1_000_000), left);
  });
}

const BEFORE_HEAD: readonly Stage[] = ['connecting', 'waiting'];

test('a deadline for all tries counts from the complete request to the head, and its end causes no retry', () => {
  const options = { ...OPTIONS, deadline: 5 };
  const request = { isConversation: false, endpoint: { options } };
  const end = OPENED_AT - 1 + 5;
  for (const cell of CELLS.filter(({ tried, body }) => tried && body === 'none')) {
    const { waiting } = exchangeOf(cell, { request });
    const isBound = BEFORE_HEAD.includes(cell.stage);
    assert.equal(deadlineOf(waiting, NOW) === end, isBound, cell.stage);
    assert.equal(timeoutReason(waiting, end) === 'deadline', isBound, cell.stage);
    const early = exchangeOf(cell, { request, requestDone: false }).waiting;
    assert.notEqual(timeoutReason(early, end), 'deadline', 'the time of a slow client does not count');
  }
});
