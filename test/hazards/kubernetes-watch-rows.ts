/** An API server that fails, loses history or falls silent during watches, as data: group K8 of the catalogue. */
import { isPodList, isPodWatch } from '../cluster/pod-requests.ts';
import { get } from '../fixtures/check.ts';
import type { Fault } from '../fixtures/kubernetes-api/fault.ts';
import {
  B_COMES,
  BEGIN,
  BOTH,
  ENDS,
  errorEvent,
  GET,
  isWatching,
  KEYED,
  problems,
  STARTED,
  startedWith,
  upOf,
  WATCH,
} from './cluster-beginnings.ts';
import { pod, secret } from './cluster-objects.ts';
import { refused, served } from './cluster-requests.ts';
import {
  apply,
  bookmark,
  down,
  endWatch,
  type ClusterScenario,
  type Step,
  compactHistory,
  withoutWatch,
  injectFault,
  streamActive,
  untilRequested,
  live,
  metrics,
  advanceClock,
  failed,
  ready,
  remove,
  suspendMachine,
  startsWithRoutes,
  suspendProcess,
  watchEvent,
  times,
  up,
  untilWatching,
} from './cluster-scenario.ts';
import { testTitle } from '../fixtures/test-title.ts';

/** The default of WATCH_IDLE_TIMEOUT. */
const IDLE = 150_000;
const HOUR = 3_600_000;

/** Waits until this many attempts in a row have failed, for each kind. */
const attempts = (count: number): readonly Step[] => [failed('pods', count), failed('secrets', count)];

export const OUTAGES: readonly ClusterScenario[] = [
  {
    name: 'the API server is not reachable for ten minutes: routes and keys stay, and podway stays ready (K8-02, AU-18)',
    steps: [
      apply(pod('a'), secret('default')),
      startsWithRoutes('t.local/ a'),
      served(KEYED, 'a'),
      untilWatching('pods'),
      untilWatching('secrets'),
      down,
      // By the sixth attempt the back-off has its maximum. The 200 attempts of each kind in ten minutes would all be real connections.
      ...attempts(6),
      advanceClock(600_000),
      ...attempts(9),
      ready,
      served(KEYED, 'a'),
      refused(GET, 403, 'key-refused'),
      metrics({ [upOf('pods')]: 0, [upOf('secrets')]: 0, [problems('unreachable')]: 2 }),
      remove(secret('default')),
      up,
      apply(pod('b', { paths: '/b' })),
      live('t.local/ a', 't.local/b b'),
    ],
    connections: { a: [2] },
  },
  {
    name: 'a reset within a line: the partial line is dropped, and the watch is resumed after the last complete line (K8-04)',
    steps: [
      STARTED,
      watchEvent('DELETED', pod('a'), (line) => line.slice(0, -20)),
      down,
      apply(pod('b', { paths: '/b' })),
      up,
      live('t.local/ a', 't.local/b b'),
      served(GET, 'a'),
    ],
    podRequests: [...BEGIN, 'watch'],
    tables: BOTH,
  },
];

const GONE: readonly (readonly [string, Fault])[] = [
  ['410 as the status of a watch (K8-05)', { kind: 'status', code: 410 }],
  ['410 as an ERROR event (K8-05)', { kind: 'body', text: errorEvent(410) }],
  ['another ERROR event (K8-07)', { kind: 'body', text: errorEvent(500) }],
  ['a 400 for this watch (K8-07)', { kind: 'status', code: 400 }],
];

export const FORGOTTEN: readonly ClusterScenario[] = [
  ...GONE.map(
    ([name, fault]): ClusterScenario => ({
      name: testTitle(name, 'podway lists again, and pods that stay keep their connections'),
      steps: [
        STARTED,
        served(GET, 'a'),
        injectFault(WATCH, fault),
        ENDS,
        untilRequested(isPodWatch, 3),
        B_COMES,
        served(GET, 'a'),
      ],
      podRequests: [...BEGIN, 'watch', 'list', 'watch'],
      tables: BOTH,
      connections: { a: [2] },
    }),
  ),
  {
    name: '410 for every watch: the intervals between lists grow, and requests are not affected (K8-06)',
    steps: [
      apply(pod('a')),
      injectFault({ ...WATCH, times: 10 }, { kind: 'status', code: 410 }),
      startsWithRoutes('t.local/ a'),
      untilRequested(isPodList, 11),
      served(GET, 'a'),
      ready,
    ],
    tables: [['t.local/ a']],
    waits: [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000],
  },
  {
    name: 'a pod deleted while no watch ran is removed with the list, in one step (K8-14, K8-05)',
    steps: [
      apply(pod('c', { paths: '/c' })),
      startedWith('t.local/c c'),
      served(get('/c'), 'c'),
      withoutWatch(remove(pod('a')), apply(pod('b', { paths: '/b' }))),
      live('t.local/b b', 't.local/c c'),
      refused(GET, 404, 'no-route'),
      served(get('/c'), 'c'),
      served(get('/b'), 'b'),
    ],
    tables: [
      ['t.local/ a', 't.local/c c'],
      ['t.local/b b', 't.local/c c'],
    ],
    connections: { a: [], b: [1], c: [2] },
  },
];

export const QUIET: readonly ClusterScenario[] = [
  {
    name: 'only bookmarks: one watch, and their versions count (K8-09)',
    steps: [
      STARTED,
      times(
        4,
        advanceClock(IDLE - 1),
        bookmark('pods'),
        bookmark('secrets'),
        streamActive('pods'),
        streamActive('secrets'),
      ),
      B_COMES,
      served(GET, 'a'),
      metrics({ [problems('silent')]: undefined, [upOf('pods')]: 1 }),
    ],
    podRequests: BEGIN,
    tables: BOTH,
  },
  {
    name: 'history is compacted up to a bookmark: the watch is resumed from there, without a list (K8-09)',
    steps: [
      STARTED,
      compactHistory,
      bookmark('pods'),
      endWatch('pods'),
      untilRequested(isPodWatch, 2),
      B_COMES,
    ],
    podRequests: [...BEGIN, 'watch'],
    tables: BOTH,
    waits: [],
  },
  {
    name: 'no bookmarks and five minutes of silence: podway watches again, without a list and without a report (K8-10)',
    steps: [
      STARTED,
      isWatching(),
      advanceClock(IDLE),
      untilRequested(isPodWatch, 2),
      isWatching(2),
      advanceClock(IDLE),
      untilRequested(isPodWatch, 3),
      B_COMES,
      served(GET, 'a'),
      metrics({ [problems('silent')]: undefined }),
    ],
    podRequests: [...BEGIN, 'watch', 'watch'],
    tables: BOTH,
    waits: [],
  },
  {
    name: 'the machine is suspended: podway watches again within 5 s of its wake-up, without a list and without a report (K8-43)',
    steps: [
      STARTED,
      isWatching(),
      advanceClock(60_000),
      suspendMachine(HOUR),
      advanceClock(5_000),
      untilRequested(isPodWatch, 2),
      B_COMES,
      metrics({ [problems('silent')]: undefined, [upOf('pods')]: 1 }),
    ],
    podRequests: [...BEGIN, 'watch'],
    tables: BOTH,
    waits: [],
  },
  {
    name: 'the same when the monotonic clock continues meanwhile, and wall-clock time is set back (K8-43)',
    steps: [
      STARTED,
      isWatching(),
      suspendMachine(-HOUR),
      suspendProcess(HOUR),
      untilRequested(isPodWatch, 2),
      B_COMES,
    ],
    podRequests: [...BEGIN, 'watch'],
    tables: BOTH,
    waits: [],
  },
  {
    name: 'the machine is suspended for 24 s, and wall-clock time is set back: the watch continues (K8-43)',
    steps: [
      STARTED,
      isWatching(),
      suspendMachine(24_000),
      advanceClock(5_000),
      suspendMachine(-HOUR),
      advanceClock(5_000),
      B_COMES,
    ],
    podRequests: BEGIN,
    tables: BOTH,
    waits: [],
  },
  {
    name: 'the server ends a silent watch at its time limit: podway watches again, without a list (K8-10)',
    steps: [
      STARTED,
      isWatching(),
      advanceClock(IDLE - 1),
      endWatch('pods'),
      untilRequested(isPodWatch, 2),
      B_COMES,
    ],
    podRequests: [...BEGIN, 'watch'],
    tables: BOTH,
    waits: [],
  },
];
