/** What an API server does wrong while it is watched, as data: group K8 of the catalogue. */
import { get } from '../rig/check.ts';
import type { Fault } from '../rig/kubernetes-api/fault.ts';
import type { LoggedRequest } from '../rig/kubernetes-api/request-log.ts';
import { statusObject } from '../rig/kubernetes-api/status.ts';
import { isPodList, isPodWatch } from '../cluster/asked.ts';
import { pod, secret } from './cluster-objects.ts';
import { refused, served } from './cluster-requests.ts';
import {
  apply,
  begins,
  bookmark,
  down,
  ends,
  type Episode,
  failed,
  forgets,
  gap,
  goesWrong,
  grants,
  heard,
  inOrder,
  isAsked,
  live,
  metrics,
  notListed,
  passes,
  ready,
  remove,
  rotates,
  starts,
  type Step,
  tells,
  times,
  up,
  watched,
} from './episode.ts';

const GET = get('/');
const KEYED = get('/', 'X-ROUTING-API-KEY: c3VwZXJzZWNyZXQ=');
const WATCH = { resource: 'pods', verb: 'watch' } as const;
const LIST = { resource: 'pods', verb: 'list' } as const;
/** What is asked about pods until they are watched. */
const BEGIN = ['stream', 'list', 'watch'] as const;
/** The default of WATCH_IDLE_TIMEOUT. */
const IDLE = 150_000;

const errorEvent = (code: number): string =>
  `${JSON.stringify({ type: 'ERROR', object: statusObject(code, 'no') })}\n`;
const problems = (reason: string): string => `podway_source_problems_total{reason="${reason}"}`;
const upOf = (resource: string): string => `podway_source_up{resource="${resource}"}`;

/** Pods `a` and `b`: a change behind what went wrong, which shows that the source goes on. */
const B_COMES: Step = inOrder(apply(pod('b', { paths: '/b' })), live('t.local/ a', 't.local/b b'));
const startedWith = (...others: readonly string[]): Step =>
  inOrder(apply(pod('a')), starts('t.local/ a', ...others), watched('pods'), watched('secrets'));
const STARTED = startedWith();
/** Podway knows that its nth watch of pods stands. */
const isWatching =
  (nth = 1): Step =>
  (stage) =>
    stage.until(
      () => stage.router.states().pods.watches === nth,
      () => JSON.stringify(stage.router.states()),
    );
/** A watch that has stood for long enough ends as it should. */
const ENDS: Step = inOrder(isWatching(), passes(1000), ends('pods'));
const BOTH: readonly (readonly string[])[] = [['t.local/ a'], ['t.local/ a', 't.local/b b']];

const OUTAGES: readonly Episode[] = [
  {
    name: 'K8-02 AU-18 the API server is away for ten minutes: routes and keys are frozen, and it stays ready',
    steps: [
      apply(pod('a'), secret('default')),
      starts('t.local/ a'),
      served(KEYED, 'a'),
      watched('pods'),
      watched('secrets'),
      down,
      (stage) =>
        stage.until(
          () => stage.clock.now() >= 600_000,
          () => String(stage.clock.now()),
        ),
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
    name: 'K8-04 a reset within a line: what is half is dropped, and the watch resumed after the last whole one',
    steps: [
      STARTED,
      tells('DELETED', pod('a'), (line) => line.slice(0, -20)),
      down,
      apply(pod('b', { paths: '/b' })),
      up,
      live('t.local/ a', 't.local/b b'),
      served(GET, 'a'),
    ],
    asked: [...BEGIN, 'watch'],
    tables: BOTH,
  },
];

const GONE: readonly (readonly [string, Fault])[] = [
  ['K8-05 410 as the status of a watch', { kind: 'status', code: 410 }],
  ['K8-05 410 as an ERROR event', { kind: 'body', text: errorEvent(410) }],
  ['K8-07 another ERROR event', { kind: 'body', text: errorEvent(500) }],
  ['K8-07 a 400 for this watch', { kind: 'status', code: 400 }],
];

const FORGOTTEN: readonly Episode[] = [
  ...GONE.map(
    ([name, fault]): Episode => ({
      name: `${name}: listed anew, and pods that stay keep their connections`,
      steps: [
        STARTED,
        served(GET, 'a'),
        goesWrong(WATCH, fault),
        ENDS,
        isAsked(isPodWatch, 3),
        B_COMES,
        served(GET, 'a'),
      ],
      asked: [...BEGIN, 'watch', 'list', 'watch'],
      tables: BOTH,
      connections: { a: [2] },
    }),
  ),
  {
    name: 'K8-06 410 on every watch: lists thin out, and requests do not notice',
    steps: [
      apply(pod('a')),
      goesWrong({ ...WATCH, times: 10 }, { kind: 'status', code: 410 }),
      starts('t.local/ a'),
      isAsked(isPodList, 11),
      served(GET, 'a'),
      ready,
    ],
    tables: [['t.local/ a']],
    waits: [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000],
  },
  {
    name: 'K8-14 K8-05 deleted while nobody watched: gone with the list, in one step',
    steps: [
      apply(pod('c', { paths: '/c' })),
      startedWith('t.local/c c'),
      served(get('/c'), 'c'),
      gap(remove(pod('a')), apply(pod('b', { paths: '/b' }))),
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

const BUSY: readonly (readonly [string, Fault, number, string])[] = [
  ['429 with Retry-After', status(429, { 'retry-after': '7' }), 7000, 'throttled'],
  ['429 without', status(429), 100, 'throttled'],
  ['503 with Retry-After', status(503, { 'retry-after': '3' }), 3000, 'server-error'],
  ['an absurd Retry-After', status(429, { 'retry-after': '86400' }), 60_000, 'throttled'],
  [
    'a Retry-After that is a date',
    status(503, { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' }),
    100,
    'server-error',
  ],
  ['a page of HTML', { kind: 'status', code: 502, body: '<html>' }, 100, 'server-error'],
];

const LEFT_ALONE: readonly Episode[] = [
  ...BUSY.map(
    ([name, fault, wait, problem]): Episode => ({
      name: `K8-07 a list is answered with ${name}: asked again after ${wait} ms`,
      steps: [
        apply(pod('a')),
        goesWrong(LIST, fault),
        starts('t.local/ a'),
        served(GET, 'a'),
        metrics({ [problems(problem)]: 1 }),
      ],
      tables: [['t.local/ a']],
      waits: [wait],
    }),
  ),
  ...BUSY.map(
    ([name, fault, wait, problem]): Episode => ({
      name: `K8-07 a watch is answered with ${name}: resumed after ${wait} ms, without a list`,
      steps: [
        STARTED,
        goesWrong(WATCH, fault),
        ENDS,
        isAsked(isPodWatch, 3),
        B_COMES,
        served(GET, 'a'),
        metrics({ [problems(problem)]: 1 }),
      ],
      asked: [...BEGIN, 'watch', 'watch'],
      tables: BOTH,
      waits: [wait],
    }),
  ),
];

const QUIET: readonly Episode[] = [
  {
    name: 'K8-09 bookmarks and nothing else: one watch, and what they say counts',
    steps: [
      STARTED,
      times(4, passes(IDLE - 1), bookmark('pods'), bookmark('secrets'), heard('pods'), heard('secrets')),
      B_COMES,
      served(GET, 'a'),
      metrics({ [problems('silent')]: undefined, [upOf('pods')]: 1 }),
    ],
    asked: BEGIN,
    tables: BOTH,
  },
  {
    name: 'K8-09 history is forgotten up to a bookmark: resumed from there, without a list',
    steps: [STARTED, forgets, bookmark('pods'), ends('pods'), isAsked(isPodWatch, 2), B_COMES],
    asked: [...BEGIN, 'watch'],
    tables: BOTH,
    waits: [],
  },
  {
    name: 'K8-10 no bookmarks and five minutes of silence: watched anew, with neither list nor complaint',
    steps: [
      STARTED,
      isWatching(),
      passes(IDLE),
      isAsked(isPodWatch, 2),
      isWatching(2),
      passes(IDLE),
      isAsked(isPodWatch, 3),
      B_COMES,
      served(GET, 'a'),
      metrics({ [problems('silent')]: undefined }),
    ],
    asked: [...BEGIN, 'watch', 'watch'],
    tables: BOTH,
    waits: [],
  },
  {
    name: 'K8-10 the server ends a silent watch when its time is over: the same',
    steps: [STARTED, isWatching(), passes(IDLE - 1), ends('pods'), isAsked(isPodWatch, 2), B_COMES],
    asked: [...BEGIN, 'watch'],
    tables: BOTH,
    waits: [],
  },
];

const ALL = ['get', 'list', 'watch'] as const;
const ONLY_PODS = [{ verbs: ALL, resources: ['pods'] }];
const ONLY_SECRETS = [{ verbs: ALL, resources: ['secrets'] }];

const REFUSED: readonly Episode[] = [
  ...(
    [
      ['pods', ONLY_SECRETS, 'secrets'],
      ['secrets', ONLY_PODS, 'pods'],
    ] as const
  ).map(
    ([resource, rules, other]): Episode => ({
      name: `K8-28 ${resource} forbidden at the start: not ready and 503 for all, until they are granted`,
      steps: [
        apply(pod('a')),
        grants(rules),
        begins,
        watched(other),
        failed(resource, 2),
        notListed,
        refused(GET, 503, 'not-synced'),
        metrics({ [upOf(resource)]: 0, [upOf(other)]: 1 }),
        grants(undefined),
        live('t.local/ a'),
        ready,
        served(GET, 'a'),
      ],
    }),
  ),
  ...(
    [
      ['pods', ONLY_SECRETS],
      ['secrets', ONLY_PODS],
    ] as const
  ).map(
    ([resource, rules]): Episode => ({
      name: `K8-28 AU-18 ${resource} forbidden later: the last pods and keys stay, and metrics say so`,
      steps: [
        apply(pod('a'), secret('default')),
        starts('t.local/ a'),
        watched('pods'),
        watched('secrets'),
        grants(rules),
        ends(resource),
        failed(resource, 3),
        ready,
        served(KEYED, 'a'),
        refused(GET, 403, 'key-refused'),
        metrics({ [upOf(resource)]: 0 }),
      ],
      tables: [['t.local/ a']],
    }),
  ),
  {
    name: 'K8-33 K8-07 a token is rotated: 401, its file is read again, and the watch goes on without a list',
    token: 'first',
    steps: [
      STARTED,
      rotates('second'),
      ends('pods'),
      isAsked(isAuthorised('second')),
      B_COMES,
      served(GET, 'a'),
    ],
    tables: BOTH,
  },
];

function isAuthorised(token: string) {
  return (it: LoggedRequest) => isPodWatch(it) && it.authorization === `Bearer ${token}`;
}

function status(code: number, headers: Readonly<Record<string, string>> = {}): Fault {
  return { kind: 'status', code, headers };
}

export { FORGOTTEN, LEFT_ALONE, OUTAGES, QUIET, REFUSED };
