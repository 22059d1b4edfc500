/** A busy API server, and objects that podway may not or must not read, as data: group K8 of the catalogue. */
import { get } from '../fixtures/check.ts';
import { isPodWatch } from '../cluster/pod-requests.ts';
import type { Fault } from '../fixtures/kubernetes-api/fault.ts';
import type { LoggedRequest } from '../fixtures/kubernetes-api/request-log.ts';
import {
  B_COMES,
  BEGIN,
  BOTH,
  ENDS,
  GET,
  KEYED,
  LIST,
  problems,
  STARTED,
  upOf,
  WATCH,
} from './cluster-beginnings.ts';
import { pod, secret } from './cluster-objects.ts';
import { refused, served } from './cluster-requests.ts';
import {
  apply,
  startRouter,
  endWatch,
  type ClusterScenario,
  failed,
  injectFault,
  setRules,
  untilRequested,
  live,
  metrics,
  notListed,
  ready,
  rotateToken,
  startsWithRoutes,
  untilWatching,
} from './cluster-scenario.ts';
import { reducedCount, sampleOf } from '../fixtures/wide.ts';

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

export const LEFT_ALONE: readonly ClusterScenario[] = [
  ...sampleOf(BUSY, 2).map(
    ([name, fault, wait, problem]): ClusterScenario => ({
      name: `a list is answered with ${name}: requested again after ${wait} ms (K8-07)`,
      steps: [
        apply(pod('a')),
        injectFault(LIST, fault),
        startsWithRoutes('t.local/ a'),
        served(GET, 'a'),
        metrics({ [problems(problem)]: 1 }),
      ],
      tables: [['t.local/ a']],
      waits: [wait],
    }),
  ),
  ...sampleOf(BUSY, 2).map(
    ([name, fault, wait, problem]): ClusterScenario => ({
      name: `a watch is answered with ${name}: resumed after ${wait} ms, without a list (K8-07)`,
      steps: [
        STARTED,
        injectFault(WATCH, fault),
        ENDS,
        untilRequested(isPodWatch, 3),
        B_COMES,
        served(GET, 'a'),
        metrics({ [problems(problem)]: 1 }),
      ],
      podRequests: [...BEGIN, 'watch', 'watch'],
      tables: BOTH,
      waits: [wait],
    }),
  ),
];

const ALL = ['get', 'list', 'watch'] as const;
const ONLY_PODS = [{ verbs: ALL, resources: ['pods'] }];
const ONLY_SECRETS = [{ verbs: ALL, resources: ['secrets'] }];

export const REFUSED: readonly ClusterScenario[] = [
  ...(
    [
      ['pods', ONLY_SECRETS, 'secrets'],
      ['secrets', ONLY_PODS, 'pods'],
    ] as const
  ).map(
    ([resource, rules, other]): ClusterScenario => ({
      name: `${resource} forbidden at the start: not ready, and 503 for all requests, until they are granted (K8-28)`,
      steps: [
        apply(pod('a')),
        setRules(rules),
        startRouter,
        untilWatching(other),
        failed(resource, 2),
        notListed,
        refused(GET, 503, 'not-synced'),
        metrics({ [upOf(resource)]: 0, [upOf(other)]: 1 }),
        setRules(undefined),
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
    ([resource, rules]): ClusterScenario => ({
      name: `${resource} forbidden later: the last pods and keys stay, and metrics report it (K8-28, AU-18)`,
      steps: [
        apply(pod('a'), secret('default')),
        startsWithRoutes('t.local/ a'),
        untilWatching('pods'),
        untilWatching('secrets'),
        setRules(rules),
        endWatch(resource),
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
    name: 'a rotated token: after a 401 podway reads its file again, and continues the watch without a list (K8-33, K8-07)',
    token: 'first',
    steps: [
      STARTED,
      rotateToken('second'),
      endWatch('pods'),
      untilRequested(isAuthorised('second')),
      B_COMES,
      served(GET, 'a'),
    ],
    tables: BOTH,
  },
];

const OTHERS = reducedCount(5000);
const others = Array.from({ length: OTHERS }, (_, index) =>
  secret(`n${index % 100}`, 'other', { metadata: { name: `other-${index}`, uid: `uid-${index}` } }),
);

export const UNRELATED: readonly ClusterScenario[] = [
  {
    name: `${OTHERS} Secrets of other names: podway fetches none of them, and no events of them (K8-31)`,
    steps: [
      apply(pod('a'), ...others, secret('default')),
      startsWithRoutes('t.local/ a'),
      untilWatching('secrets'),
      apply(...others.map((it) => ({ ...it, key: 'changed' }))),
      apply(secret('late')),
      apply(pod('b', { paths: '/b', namespace: 'late' })),
      live('t.local/ a', 't.local/b b'),
      refused(GET, 403, 'key-refused'),
      served(KEYED, 'a'),
      refused(get('/b'), 403, 'key-refused'),
      ({ api }) => {
        const asked = api.requests.filter(({ path }) => path.includes('/secrets'));
        const narrow = asked.every(
          ({ path, query }) =>
            path === '/api/v1/secrets' && query.get('fieldSelector') === 'metadata.name=routing',
        );
        if (!narrow)
          throw new Error(asked.map(({ path, query }) => `${path}?${query.toString()}`).join('\n'));
      },
    ],
  },
];

function isAuthorised(token: string) {
  return (it: LoggedRequest) => isPodWatch(it) && it.authorization === `Bearer ${token}`;
}

function status(code: number, headers: Readonly<Record<string, string>> = {}): Fault {
  return { kind: 'status', code, headers };
}
