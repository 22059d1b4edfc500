/** Faults of an API server during lists, as data: group K8 of the catalogue. */
import assert from 'node:assert/strict';
import { requestKind, isPodWatch } from '../cluster/pod-requests.ts';
import type { Fault, FaultTarget } from '../fixtures/kubernetes-api/fault.ts';
import type { LoggedRequest } from '../fixtures/kubernetes-api/request-log.ts';
import { BEGIN, errorEvent, GET, LIST, problems, WATCH } from './cluster-beginnings.ts';
import { manyPods, manyPodsRoute, pod } from './cluster-objects.ts';
import { refused, served, unknown } from './cluster-requests.ts';
import {
  apply,
  startRouter,
  bookmark,
  endWatch,
  type ClusterScenario,
  withoutWatch,
  injectFault,
  inOrder,
  untilRequested,
  live,
  metrics,
  notListed,
  advanceUntilListed,
  ready,
  remove,
  startsWithRoutes,
  type Step,
  untilWatching,
} from './cluster-scenario.ts';
import { sampleOf } from '../fixtures/wide.ts';

const PAGE = { ...LIST, continued: true } as const;
const STREAM = { resource: 'pods', verb: 'watch', streamed: true } as const;
/** The number of pods: one more than a page has. */
const MANY = 501;
/** Milliseconds after which podway ends the connection to a silent API server; short in rows that test it. */
const TIMEOUT = 200;

const TWICE = /^500,500\+,500,500\+$/;
/** On a busy machine the API server may not answer other pages within TIMEOUT either; podway then begins again, too. */
const TWICE_OR_MORE = /^(?:500,(?:500\+,)?)*500,500\+,(?:500,(?:500\+,)?)*500,500\+$/;

const BROKEN_PAGES: readonly (readonly [string, Fault, RegExp])[] = [
  ['410, after which everything is requested in one page', { kind: 'status', code: 410 }, /^500,500\+,all$/],
  ['500', { kind: 'status', code: 500 }, TWICE],
  ['a reset', { kind: 'cut', after: 100 }, TWICE],
  ['no JSON', { kind: 'body', text: '{"items":[' }, TWICE],
  ['no list', { kind: 'body', text: '{}' }, TWICE],
  ['silence', { kind: 'stall' }, TWICE_OR_MORE],
  ['half of it and silence', { kind: 'hang', after: 100 }, TWICE_OR_MORE],
];

const isSilent = ({ kind }: Fault): boolean => kind === 'stall' || kind === 'hang';

const isPage = (it: LoggedRequest): boolean => requestKind(it) === 'list';
/** Checks the limits of all lists, and which of them are later pages. */
const pagesAsked =
  (expected: RegExp): Step =>
  ({ api }) => {
    const pages = api.requests.filter(isPage).map(({ query }) => {
      return `${query.get('limit') ?? 'all'}${query.has('continue') ? '+' : ''}`;
    });
    assert.match(pages.join(), expected);
  };

const WHOLE = [manyPodsRoute(MANY), 't.local/ a'];
const AFTER = [manyPodsRoute(MANY - 100, 100), 't.local/ a'];

/** A list is truncated: the live table stays, and the complete next list replaces it in one step. */
const relist = (
  name: string,
  streamingLists: 'supported' | 'refused',
  target: FaultTarget,
  fault: Fault,
): ClusterScenario => ({
  name: `${name}: the live table stays until it is replaced in one step (K8-17)`,
  streamingLists,
  ...(isSilent(fault) && { timeout: TIMEOUT }),
  steps: [
    apply(...manyPods(MANY), pod('a')),
    startsWithRoutes(...WHOLE),
    untilWatching('pods'),
    untilWatching('secrets'),
    served(GET, 'a'),
    injectFault(target, fault),
    withoutWatch(remove(...manyPods(100))),
    untilRequested(
      (it) => requestKind(it) === 'stream' || requestKind(it) === 'list',
      streamingLists === 'supported' ? 2 : 4,
    ),
    served(GET, 'a'),
    ready,
    live(...AFTER),
    served(GET, 'a'),
  ],
  tables: [WHOLE, AFTER],
  connections: { a: [3] },
});

export const HALF_LISTS: readonly ClusterScenario[] = [
  ...sampleOf(BROKEN_PAGES, 3).map(
    ([name, fault, pages]): ClusterScenario => ({
      name: `the second page is ${name}: podway never publishes a part of the list (K8-17)`,
      ...(isSilent(fault) && { timeout: TIMEOUT }),
      steps: [
        apply(...manyPods(MANY), pod('a')),
        injectFault(PAGE, fault),
        startsWithRoutes(...WHOLE),
        served(GET, 'a'),
        pagesAsked(pages),
      ],
      tables: [WHOLE],
    }),
  ),
  relist('a relist ends within its second page', 'refused', PAGE, { kind: 'cut', after: 100 }),
  relist('a relist hangs on its second page', 'refused', PAGE, { kind: 'stall' }),
  relist('a streamed relist ends before its end mark', 'supported', STREAM, { kind: 'cut', after: 50_000 }),
];

const REFUSALS: readonly (readonly [string, Fault])[] = [
  ['422', { kind: 'status', code: 422 }],
  ['400', { kind: 'status', code: 400 }],
  ['404 by a proxy in between', { kind: 'status', code: 404, body: '<html>' }],
  ['an ERROR event', { kind: 'body', text: errorEvent(400) }],
];

const BROKEN_STREAMS: readonly (readonly [string, Fault, string])[] = [
  ['a reset', { kind: 'cut', after: 100 }, 'cut'],
  ['a clean end', { kind: 'body', text: '' }, 'cut'],
  ['no JSON', { kind: 'body', text: '{"type":\n' }, 'malformed'],
  ['410', { kind: 'body', text: errorEvent(410) }, 'expired'],
];

export const STREAMED: readonly ClusterScenario[] = [
  {
    name: 'a streamed list: podway routes no pod before its end mark, and changes before it count (K8-18)',
    streamingLists: 'supported',
    steps: [
      apply(pod('a'), pod('b', { paths: '/b' })),
      injectFault(STREAM, { kind: 'no-end-mark' }),
      startRouter,
      untilWatching('pods'),
      remove(pod('b')),
      apply(pod('c', { paths: '/c' })),
      notListed,
      refused(GET, 503, 'not-synced'),
      bookmark('pods'),
      live('t.local/ a', 't.local/c c'),
      ready,
      served(GET, 'a'),
    ],
    podRequests: ['stream'],
    tables: [['t.local/ a', 't.local/c c']],
  },
  ...sampleOf(REFUSALS, 2).map(
    ([name, fault]): ClusterScenario => ({
      name: `streamed lists are refused with ${name}: podway requests pages, immediately and from then on (K8-18)`,
      streamingLists: 'supported',
      steps: [
        apply(pod('a')),
        injectFault(STREAM, fault),
        startsWithRoutes('t.local/ a'),
        untilWatching('pods'),
        untilWatching('secrets'),
        served(GET, 'a'),
        withoutWatch(apply(pod('b', { paths: '/b' }))),
        live('t.local/ a', 't.local/b b'),
        untilRequested(isPodWatch, 3),
        metrics({ [problems('refused')]: undefined }),
      ],
      podRequests: [...BEGIN, 'watch', 'list', 'watch'],
      tables: [['t.local/ a'], ['t.local/ a', 't.local/b b']],
    }),
  ),
  {
    name: 'an ordinary watch instead of a stream is recognised at its first bookmark, and podway requests pages (K8-18)',
    streamingLists: 'ignored',
    steps: [
      apply(pod('a')),
      startRouter,
      untilWatching('pods'),
      notListed,
      refused(GET, 503, 'not-synced'),
      bookmark('pods'),
      bookmark('secrets'),
      live('t.local/ a'),
      untilWatching('pods'),
      served(GET, 'a'),
    ],
    podRequests: BEGIN,
    tables: [['t.local/ a']],
  },
  {
    name: 'an ordinary watch without bookmarks is recognised by its silence, and podway requests pages (K8-18)',
    streamingLists: 'ignored',
    steps: [
      apply(pod('a')),
      startRouter,
      untilWatching('pods'),
      refused(GET, 503, 'not-synced'),
      advanceUntilListed,
      untilWatching('pods'),
      served(GET, 'a'),
    ],
    podRequests: BEGIN,
    tables: [['t.local/ a']],
  },
  ...sampleOf(BROKEN_STREAMS, 2).map(
    ([name, fault, problem]): ClusterScenario => ({
      name: `a stream ends before its end mark with ${name}: no part of it is live, and podway requests pages this time only (K8-18)`,
      streamingLists: 'supported',
      steps: [
        apply(pod('a')),
        injectFault(STREAM, fault),
        startsWithRoutes('t.local/ a'),
        untilWatching('pods'),
        served(GET, 'a'),
        metrics({ [problems(problem)]: 1 }),
      ],
      podRequests: BEGIN,
      tables: [['t.local/ a']],
    }),
  ),
];

const EMPTY_LIST: Fault = {
  kind: 'body',
  text: JSON.stringify({ kind: 'PodList', metadata: { resourceVersion: '1001' }, items: null }),
};
const MARK = { metadata: { resourceVersion: '1001', annotations: { 'k8s.io/initial-events-end': 'true' } } };
const EMPTY_STREAM: Fault = { kind: 'body', text: `${JSON.stringify({ type: 'BOOKMARK', object: MARK })}\n` };
/** The next watch answers that its history is gone. */
const EXPIRES: Step = inOrder(
  injectFault(WATCH, { kind: 'status', code: 410 }),
  bookmark('pods'),
  endWatch('pods'),
);

export const EMPTY: readonly ClusterScenario[] = [
  {
    name: 'a list that is suddenly empty is requested again, and no client is affected (K8-42)',
    steps: [
      apply(pod('a')),
      startsWithRoutes('t.local/ a'),
      untilWatching('pods'),
      injectFault(LIST, EMPTY_LIST),
      EXPIRES,
      untilRequested(isPodWatch, 3),
      apply(pod('b', { paths: '/b' })),
      live('t.local/ a', 't.local/b b'),
      served(GET, 'a'),
      metrics({ [problems('suddenly-empty')]: 1 }),
    ],
    podRequests: [...BEGIN, 'watch', 'list', 'list', 'watch'],
    tables: [['t.local/ a'], ['t.local/ a', 't.local/b b']],
  },
  {
    name: 'a streamed list that is suddenly empty is requested again, too (K8-42)',
    streamingLists: 'supported',
    steps: [
      apply(pod('a')),
      startsWithRoutes('t.local/ a'),
      untilWatching('pods'),
      untilWatching('secrets'),
      injectFault(STREAM, EMPTY_STREAM),
      withoutWatch(apply(pod('b', { paths: '/b' }))),
      live('t.local/ a', 't.local/b b'),
      served(GET, 'a'),
      metrics({ [problems('suddenly-empty')]: 1 }),
    ],
    tables: [['t.local/ a'], ['t.local/ a', 't.local/b b']],
  },
  {
    name: 'a list that is empty twice is accepted (K8-42)',
    steps: [
      apply(pod('a')),
      startsWithRoutes('t.local/ a'),
      untilWatching('pods'),
      untilWatching('secrets'),
      withoutWatch(remove(pod('a'))),
      live(),
      untilRequested(isPodWatch, 3),
      unknown(GET),
    ],
    podRequests: [...BEGIN, 'watch', 'list', 'list', 'watch'],
    tables: [['t.local/ a'], []],
  },
];
