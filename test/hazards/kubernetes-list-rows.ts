/** Faults of an API server during lists, as data: group K8 of the catalogue. */
import { asks, isPodWatch } from '../cluster/requests.ts';
import type { Fault } from '../fixtures/kubernetes-api/fault.ts';
import type { LoggedRequest } from '../fixtures/kubernetes-api/request-log.ts';
import { BEGIN, errorEvent, GET, LIST, problems, WATCH } from './cluster-beginnings.ts';
import { crowd, crowdRoute, pod } from './cluster-objects.ts';
import { refused, served, unknown } from './cluster-requests.ts';
import {
  apply,
  begins,
  bookmark,
  ends,
  type Episode,
  gap,
  goesWrong,
  inOrder,
  isAsked,
  live,
  metrics,
  notListed,
  passesUntilListed,
  ready,
  remove,
  starts,
  type Step,
  watched,
} from './episode.ts';

const PAGE = { ...LIST, continued: true } as const;
const STREAM = { resource: 'pods', verb: 'watch', streamed: true } as const;
/** The number of pods: one more than a page has. */
const MANY = 501;
/** Milliseconds after which podway ends the connection to a silent API server; short in rows that test it. */
const TIMEOUT = 200;

const BROKEN_PAGES: readonly (readonly [string, Fault, readonly string[]])[] = [
  [
    '410, after which everything is requested in one page',
    { kind: 'status', code: 410 },
    ['500', '500+', 'all'],
  ],
  ['500', { kind: 'status', code: 500 }, ['500', '500+', '500', '500+']],
  ['a reset', { kind: 'cut', after: 100 }, ['500', '500+', '500', '500+']],
  ['no JSON', { kind: 'body', text: '{"items":[' }, ['500', '500+', '500', '500+']],
  ['no list', { kind: 'body', text: '{}' }, ['500', '500+', '500', '500+']],
  ['silence', { kind: 'stall' }, ['500', '500+', '500', '500+']],
  ['half of it and silence', { kind: 'hang', after: 100 }, ['500', '500+', '500', '500+']],
];

const isPage = (it: LoggedRequest): boolean => asks(it) === 'list';
/** Checks the limits of all lists, and which of them are later pages. */
const pagesAsked =
  (expected: readonly string[]): Step =>
  ({ api }) => {
    const pages = api.requests.filter(isPage).map(({ query }) => {
      return `${query.get('limit') ?? 'all'}${query.has('continue') ? '+' : ''}`;
    });
    if (pages.join() !== expected.join())
      throw new Error(`pages ${pages.join()} instead of ${expected.join()}`);
  };

const WHOLE = [crowdRoute(MANY), 't.local/ a'];
const AFTER = [crowdRoute(MANY - 100, 100), 't.local/ a'];

/** A list is truncated: the live table stays, and the complete next list replaces it in one step. */
const relist = (
  name: string,
  streamingLists: 'supported' | 'refused',
  ...wrong: readonly Step[]
): Episode => ({
  name: `${name}: the live table stays until it is replaced in one step (K8-17)`,
  streamingLists,
  timeout: TIMEOUT,
  steps: [
    apply(...crowd(MANY), pod('a')),
    starts(...WHOLE),
    watched('pods'),
    watched('secrets'),
    served(GET, 'a'),
    ...wrong,
    gap(remove(...crowd(100))),
    isAsked((it) => asks(it) === 'stream' || asks(it) === 'list', streamingLists === 'supported' ? 2 : 4),
    served(GET, 'a'),
    ready,
    live(...AFTER),
    served(GET, 'a'),
  ],
  tables: [WHOLE, AFTER],
  connections: { a: [3] },
});

export const HALF_LISTS: readonly Episode[] = [
  ...BROKEN_PAGES.map(
    ([name, fault, pages]): Episode => ({
      name: `the second page is ${name}: podway never publishes a part of the list (K8-17)`,
      timeout: TIMEOUT,
      steps: [
        apply(...crowd(MANY), pod('a')),
        goesWrong(PAGE, fault),
        starts(...WHOLE),
        served(GET, 'a'),
        pagesAsked(pages),
      ],
      tables: [WHOLE],
    }),
  ),
  relist('a relist breaks off on its second page', 'refused', goesWrong(PAGE, { kind: 'cut', after: 100 })),
  relist('a relist hangs on its second page', 'refused', goesWrong(PAGE, { kind: 'stall' })),
  relist(
    'a streamed relist breaks off before its end mark',
    'supported',
    goesWrong(STREAM, { kind: 'cut', after: 50_000 }),
  ),
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

export const STREAMED: readonly Episode[] = [
  {
    name: 'a streamed list: podway routes no pod before its end mark, and changes before it count (K8-18)',
    streamingLists: 'supported',
    steps: [
      apply(pod('a'), pod('b', { paths: '/b' })),
      goesWrong(STREAM, { kind: 'no-end-mark' }),
      begins,
      watched('pods'),
      remove(pod('b')),
      apply(pod('c', { paths: '/c' })),
      notListed,
      refused(GET, 503, 'not-synced'),
      bookmark('pods'),
      live('t.local/ a', 't.local/c c'),
      ready,
      served(GET, 'a'),
    ],
    asked: ['stream'],
    tables: [['t.local/ a', 't.local/c c']],
  },
  ...REFUSALS.map(
    ([name, fault]): Episode => ({
      name: `streamed lists are refused with ${name}: podway requests pages, immediately and from then on (K8-18)`,
      streamingLists: 'supported',
      steps: [
        apply(pod('a')),
        goesWrong(STREAM, fault),
        starts('t.local/ a'),
        watched('pods'),
        watched('secrets'),
        served(GET, 'a'),
        gap(apply(pod('b', { paths: '/b' }))),
        live('t.local/ a', 't.local/b b'),
        isAsked(isPodWatch, 3),
        metrics({ [problems('refused')]: undefined }),
      ],
      asked: [...BEGIN, 'watch', 'list', 'watch'],
      tables: [['t.local/ a'], ['t.local/ a', 't.local/b b']],
    }),
  ),
  {
    name: 'an ordinary watch instead of a stream is recognised at its first bookmark, and podway requests pages (K8-18)',
    streamingLists: 'ignored',
    steps: [
      apply(pod('a')),
      begins,
      watched('pods'),
      notListed,
      refused(GET, 503, 'not-synced'),
      bookmark('pods'),
      bookmark('secrets'),
      live('t.local/ a'),
      watched('pods'),
      served(GET, 'a'),
    ],
    asked: BEGIN,
    tables: [['t.local/ a']],
  },
  {
    name: 'an ordinary watch without bookmarks is recognised by its silence, and podway requests pages (K8-18)',
    streamingLists: 'ignored',
    steps: [
      apply(pod('a')),
      begins,
      watched('pods'),
      refused(GET, 503, 'not-synced'),
      passesUntilListed,
      watched('pods'),
      served(GET, 'a'),
    ],
    asked: BEGIN,
    tables: [['t.local/ a']],
  },
  ...BROKEN_STREAMS.map(
    ([name, fault, problem]): Episode => ({
      name: `a stream ends before its end mark with ${name}: no part of it is live, and podway requests pages this time only (K8-18)`,
      streamingLists: 'supported',
      steps: [
        apply(pod('a')),
        goesWrong(STREAM, fault),
        starts('t.local/ a'),
        watched('pods'),
        served(GET, 'a'),
        metrics({ [problems(problem)]: 1 }),
      ],
      asked: BEGIN,
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
  goesWrong(WATCH, { kind: 'status', code: 410 }),
  bookmark('pods'),
  ends('pods'),
);

export const EMPTY: readonly Episode[] = [
  {
    name: 'a list that is suddenly empty is requested again, and no client is affected (K8-42)',
    steps: [
      apply(pod('a')),
      starts('t.local/ a'),
      watched('pods'),
      goesWrong(LIST, EMPTY_LIST),
      EXPIRES,
      isAsked(isPodWatch, 3),
      apply(pod('b', { paths: '/b' })),
      live('t.local/ a', 't.local/b b'),
      served(GET, 'a'),
      metrics({ [problems('suddenly-empty')]: 1 }),
    ],
    asked: [...BEGIN, 'watch', 'list', 'list', 'watch'],
    tables: [['t.local/ a'], ['t.local/ a', 't.local/b b']],
  },
  {
    name: 'a streamed list that is suddenly empty is requested again, too (K8-42)',
    streamingLists: 'supported',
    steps: [
      apply(pod('a')),
      starts('t.local/ a'),
      watched('pods'),
      watched('secrets'),
      goesWrong(STREAM, EMPTY_STREAM),
      gap(apply(pod('b', { paths: '/b' }))),
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
      starts('t.local/ a'),
      watched('pods'),
      watched('secrets'),
      gap(remove(pod('a'))),
      live(),
      isAsked(isPodWatch, 3),
      unknown(GET),
    ],
    asked: [...BEGIN, 'watch', 'list', 'list', 'watch'],
    tables: [['t.local/ a'], []],
  },
];
