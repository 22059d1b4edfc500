import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ApiFailure } from '../../src/cluster/api/api-failure.ts';
import {
  type Known,
  INITIAL_STATE,
  type WatchEvent,
  type WatchState,
} from '../../src/cluster/watch/state.ts';
import { type Step, step } from '../../src/cluster/watch/step.ts';

// The next step of one list+watch, without a server and without time: every row tests one step.

type Stage<S extends WatchState['stage']> = Extract<WatchState, { readonly stage: S }>;

const KNOWN: Known = {
  origin: 'one',
  moved: false,
  newest: '50',
  hadObjects: true,
  bookmarked: true,
  unpaged: false,
};
const UNLISTED: Stage<'unlisted'> = { stage: 'unlisted', plan: 'stream', known: KNOWN };
const STREAMING: Stage<'streaming'> = { stage: 'streaming', answered: true, known: KNOWN };
const PAGING: Stage<'paging'> = {
  stage: 'paging',
  plan: 'stream',
  firstPage: true,
  again: false,
  known: KNOWN,
};
const LISTED: Stage<'listed'> = { stage: 'listed', version: '50', known: KNOWN };
const WATCHING: Stage<'watching'> = {
  stage: 'watching',
  version: '50',
  streamed: false,
  answered: true,
  advanced: true,
  known: KNOWN,
};
const UNSENT = { ...WATCHING, answered: false, advanced: false };

const ID = { uid: 'u', namespace: 'n', name: 'a' };
const BOOKMARK = { type: 'bookmark', version: '60', endsInitialEvents: false } as const;
const DELETE = { type: 'delete', version: '60', id: ID } as const;
const UPSERT = { type: 'upsert', version: '60', id: ID, object: {} } as const;

const RELIST = new ApiFailure('expired', 'gone', { relist: true });
const AWAY = new ApiFailure('unreachable', 'away');
const SILENT = new ApiFailure('silent', 'silent');
const REFUSED = new ApiFailure('refused', 'no', { relist: true });

/** The result of a step without the state; a failure as its reason, followed by `relist` where a new list is needed. */
interface Expected {
  readonly next?: string;
  readonly problem?: string;
  readonly healthy?: boolean;
  readonly cannotStream?: boolean;
}

type Row = readonly [name: string, from: WatchState, event: WatchEvent, to: WatchState, expected?: Expected];

const request = (streams: boolean): WatchEvent => ({ type: 'request', streams });
const answer = (origin: string): WatchEvent => ({ type: 'answer', origin });
const fails = (failure: ApiFailure): WatchEvent => ({ type: 'failed', failure });
const list = (type: 'end-mark' | 'complete', version: string, objects: number): WatchEvent => ({
  type,
  version,
  objects,
});
const known = (more: Partial<Known>): Known => ({ ...KNOWN, ...more });

const ELSEWHERE: Known = {
  origin: 'two',
  moved: true,
  newest: undefined,
  hadObjects: false,
  bookmarked: false,
  unpaged: false,
};

const REQUESTS: readonly Row[] = [
  [
    'the first list is streamed',
    INITIAL_STATE,
    request(true),
    { ...STREAMING, answered: false, known: INITIAL_STATE.known },
  ],
  [
    'pages are requested from a server that cannot stream',
    UNLISTED,
    request(false),
    { ...PAGING, firstPage: false, plan: 'stream' },
  ],
  [
    'after a stream that failed, pages are requested',
    { ...UNLISTED, plan: 'pages' },
    request(true),
    { ...PAGING, firstPage: false, plan: 'pages' },
  ],
  [
    'a list that confirms another list is in pages',
    { ...UNLISTED, plan: 'confirm' },
    request(true),
    { ...PAGING, firstPage: false, plan: 'confirm' },
  ],
  ['a watch follows a list', LISTED, request(true), UNSENT],
  ['a watch that was aborted continues from its last event', WATCHING, request(true), UNSENT],
  [
    'a stream that was aborted is requested again',
    STREAMING,
    request(true),
    { ...STREAMING, answered: false },
  ],
  [
    'pages that were aborted are requested again',
    { ...PAGING, plan: 'confirm' },
    request(true),
    { ...PAGING, plan: 'confirm', firstPage: false },
  ],
];

const ANSWERS: readonly Row[] = [
  [
    'the first cluster does not count as another cluster',
    { ...STREAMING, answered: false, known: INITIAL_STATE.known },
    answer('one'),
    { ...STREAMING, known: { ...INITIAL_STATE.known, origin: 'one' } },
  ],
  ['the same cluster', { ...STREAMING, answered: false }, answer('one'), STREAMING],
  [
    'another cluster is listed by a stream',
    { ...STREAMING, answered: false },
    answer('two'),
    { ...STREAMING, known: ELSEWHERE },
  ],
  [
    'another cluster is listed in pages when its stream took too long',
    { ...PAGING, known: known({ unpaged: true }) },
    answer('two'),
    { ...PAGING, known: { ...ELSEWHERE, unpaged: true } },
  ],
  [
    'the other cluster counts as new until a list of it is complete',
    { ...PAGING, known: ELSEWHERE },
    answer('two'),
    { ...PAGING, known: ELSEWHERE },
  ],
  [
    'another cluster before any list was complete',
    { ...STREAMING, known: known({ newest: undefined }) },
    answer('two'),
    { ...STREAMING, known: { ...ELSEWHERE, moved: false } },
  ],
  ['a watch is answered', UNSENT, answer('one'), { ...UNSENT, answered: true }],
];

const CONFIRMING = { ...PAGING, plan: 'confirm' } as const;

const LISTS: readonly Row[] = [
  [
    'the first complete list of another cluster',
    { ...PAGING, known: ELSEWHERE },
    list('complete', '7', 1),
    { ...LISTED, version: '7', known: { ...ELSEWHERE, moved: false, newest: '7', hadObjects: true } },
  ],
  ['a first page', { ...PAGING, firstPage: false }, { type: 'page', version: '50' }, PAGING],
  [
    'a first page that is older than the known version is not used',
    PAGING,
    { type: 'page', version: '49' },
    { ...UNLISTED, plan: 'confirm' },
    { next: 'give-up', problem: 'older-list' },
  ],
  [
    'a second first page that is older is used',
    { ...CONFIRMING, firstPage: false },
    { type: 'page', version: '49' },
    CONFIRMING,
    { problem: 'version-went-back' },
  ],
  ['a version that is not a number is not older', PAGING, { type: 'page', version: 'x' }, PAGING],
  [
    'a complete list in pages',
    CONFIRMING,
    list('complete', '49', 2),
    { ...LISTED, version: '49', known: known({ newest: '49' }) },
  ],
  [
    'an empty list where there were objects is requested again',
    PAGING,
    list('complete', '60', 0),
    { ...PAGING, firstPage: false, again: true },
    { next: 'list-again', problem: 'suddenly-empty' },
  ],
  [
    'a second empty list where there were objects is accepted',
    { ...PAGING, again: true },
    list('complete', '60', 0),
    { ...LISTED, version: '60', known: known({ newest: '60', hadObjects: false }) },
  ],
  [
    'an empty list where there were no objects is accepted',
    { ...PAGING, known: known({ hadObjects: false }) },
    list('complete', '60', 0),
    { ...LISTED, version: '60', known: known({ newest: '60', hadObjects: false }) },
  ],
  ['an end mark', STREAMING, list('end-mark', '60', 1), STREAMING],
  [
    'an end mark of an older version',
    STREAMING,
    list('end-mark', '49', 1),
    { ...UNLISTED, plan: 'confirm' },
    { next: 'give-up', problem: 'older-list' },
  ],
  [
    'an end mark without objects where there were objects: pages are requested, and accepted',
    STREAMING,
    list('end-mark', '60', 0),
    { ...UNLISTED, plan: 'pages', known: known({ hadObjects: false }) },
    { next: 'give-up', problem: 'suddenly-empty' },
  ],
  [
    'a bookmark that is not an end mark comes from a server that cannot stream',
    STREAMING,
    { type: 'no-end-mark' },
    UNLISTED,
    { next: 'give-up', cannotStream: true },
  ],
  [
    'a complete stream continues as a watch',
    { ...STREAMING, known: known({ bookmarked: false }) },
    list('complete', '60', 1),
    { ...WATCHING, version: '60', streamed: true, advanced: false, known: known({ newest: '60' }) },
  ],
];

const QUIET = { ...WATCHING, advanced: false };

const WATCHES: readonly Row[] = [
  [
    'a bookmark moves the version',
    { ...QUIET, known: known({ bookmarked: false }) },
    { type: 'line', line: BOOKMARK },
    { ...WATCHING, version: '60', known: known({ newest: '60' }) },
  ],
  [
    'a bookmark of the same version is not an event',
    { ...QUIET, known: known({ bookmarked: false }) },
    { type: 'line', line: { ...BOOKMARK, version: '50' } },
    QUIET,
  ],
  [
    'an object counts as present',
    { ...QUIET, known: known({ hadObjects: false }) },
    { type: 'line', line: UPSERT },
    { ...WATCHING, version: '60', known: known({ newest: '60' }) },
  ],
  [
    'a deleted object does not count as present',
    { ...QUIET, known: known({ hadObjects: false }) },
    { type: 'line', line: DELETE },
    { ...WATCHING, version: '60', known: known({ newest: '60', hadObjects: false }) },
  ],
  [
    'the newest version stays when a watch goes back',
    QUIET,
    { type: 'line', line: { ...UPSERT, version: '40' } },
    { ...WATCHING, version: '40' },
  ],
  [
    'a watch that ends immediately without an event is a failure',
    QUIET,
    { type: 'ended', lasted: 999 },
    QUIET,
    { next: 'short-watch' },
  ],
  [
    'a watch that had an event before it ended',
    WATCHING,
    { type: 'ended', lasted: 0 },
    LISTED,
    { healthy: true },
  ],
  ['a watch that lasted for a second', QUIET, { type: 'ended', lasted: 1_000 }, LISTED, { healthy: true }],
  [
    'a watch that began with a list',
    { ...QUIET, streamed: true },
    { type: 'ended', lasted: 0 },
    LISTED,
    { healthy: true },
  ],
  [
    'a stream that ends before its end mark',
    STREAMING,
    { type: 'ended', lasted: 5_000 },
    STREAMING,
    { next: 'cut' },
  ],
];

const FAILURES: readonly Row[] = [
  [
    'a stream that is refused',
    { ...STREAMING, answered: false },
    fails(REFUSED),
    UNLISTED,
    { next: 'give-up', cannotStream: true },
  ],
  [
    'a stream without an end mark in time',
    STREAMING,
    fails(SILENT),
    UNLISTED,
    { next: 'give-up', cannotStream: true },
  ],
  [
    'a stream without a response',
    { ...STREAMING, answered: false },
    fails(SILENT),
    { ...UNLISTED, plan: 'pages' },
    { next: 'silent' },
  ],
  [
    'a stream that ends before its end mark',
    STREAMING,
    fails(AWAY),
    { ...UNLISTED, plan: 'pages' },
    { next: 'unreachable' },
  ],
  [
    'a stream from a server that is away',
    { ...STREAMING, answered: false },
    fails(AWAY),
    UNLISTED,
    { next: 'unreachable' },
  ],
  [
    'pages continue as planned',
    CONFIRMING,
    fails(AWAY),
    { ...UNLISTED, plan: 'confirm' },
    { next: 'unreachable' },
  ],
  [
    'a page whose token has expired',
    PAGING,
    fails(RELIST),
    { ...UNLISTED, known: known({ unpaged: true }) },
    { next: 'expired relist' },
  ],
  [
    'a first page that has expired',
    { ...PAGING, firstPage: false, known: known({ unpaged: true }) },
    fails(RELIST),
    UNLISTED,
    { next: 'expired relist' },
  ],
  ['a watch that ends after an event', WATCHING, fails(AWAY), LISTED, { next: 'unreachable', healthy: true }],
  ['a watch that ends without an event', QUIET, fails(AWAY), LISTED, { next: 'unreachable' }],
  ['a watch whose version has expired', WATCHING, fails(RELIST), UNLISTED, { next: 'expired relist' }],
  [
    'a watch that falls silent after an event',
    WATCHING,
    fails(SILENT),
    LISTED,
    { next: 'silent', healthy: true },
  ],
  ['a watch that falls silent without an event', QUIET, fails(SILENT), UNLISTED, { next: 'silent relist' }],
  [
    'silence of a server without bookmarks',
    { ...QUIET, known: known({ bookmarked: false }) },
    fails(SILENT),
    { ...LISTED, known: known({ bookmarked: false }) },
    { next: 'give-up' },
  ],
  ['a watch without a response', UNSENT, fails(SILENT), LISTED, { next: 'silent' }],
  [
    'silence after a streamed list, whose version is certain',
    { ...QUIET, streamed: true },
    fails(SILENT),
    LISTED,
    { next: 'silent' },
  ],
];

check('request', REQUESTS);
check('answer', ANSWERS);
check('list', LISTS);
check('watch', WATCHES);
check('failure', FAILURES);

function check(title: string, rows: readonly Row[]): void {
  for (const [name, from, event, to, expected = {}] of rows) {
    test(`${title}: ${name}`, () => {
      const { state, ...result } = step(from, event, 'pods');
      assert.deepEqual(state, to);
      assert.deepEqual(inWords(result), { next: 'go-on', ...expected });
    });
  }
}

function inWords({ next, problem, healthy, cannotStream }: Omit<Step, 'state'>): Expected {
  return {
    next: next instanceof ApiFailure ? `${next.reason}${next.relist ? ' relist' : ''}` : next,
    ...(problem !== undefined && { problem: problem.reason }),
    ...(healthy === true && { healthy }),
    ...(cannotStream === true && { cannotStream }),
  };
}

const version = fc.integer({ min: 1, max: 99 }).map(String);
const objects = fc.nat({ max: 2 });
const EVENTS: fc.Arbitrary<WatchEvent> = fc.oneof(
  fc.record({ type: fc.constant('request' as const), streams: fc.boolean() }),
  fc.record({ type: fc.constant('answer' as const), origin: fc.constantFrom('one', 'two') }),
  fc.record({ type: fc.constant('page' as const), version }),
  fc.record({ type: fc.constantFrom('end-mark' as const, 'complete' as const), version, objects }),
  fc.constant({ type: 'no-end-mark' as const }),
  version.map((it) => ({ type: 'line' as const, line: { ...UPSERT, version: it } })),
  fc.record({ type: fc.constant('ended' as const), lasted: fc.nat({ max: 2_000 }) }),
  fc.constantFrom(RELIST, AWAY, SILENT, REFUSED).map(fails),
);

test('after any events in any order, every request starts, and no watch uses a version that the server did not send', () => {
  fc.assert(
    fc.property(fc.array(EVENTS, { maxLength: 60 }), (events) => {
      let state: WatchState = INITIAL_STATE;
      const sent = new Set<string>();
      for (const event of events) {
        if ('version' in event) sent.add(event.version);
        if ('line' in event) sent.add(event.line.version);
        const made = step(Object.freeze(state), event, 'pods');
        state = made.state;
        if ('version' in state) assert.ok(sent.has(state.version));
        if (made.next === 'give-up' || made.next instanceof ApiFailure)
          assert.match(step(state, request(true), 'pods').state.stage, /^(streaming|paging|watching)$/);
        if (event.type === 'failed' && event.failure.relist && made.next === event.failure)
          assert.notEqual(state.stage, 'watching', 'a new list is needed');
      }
    }),
  );
});
