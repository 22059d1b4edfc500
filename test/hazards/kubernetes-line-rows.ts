/** Malformed, repeated and late lines of a watch, and lines in pieces, as data: group K8 of the catalogue. */
import { MALFORMED_LINES } from '../cluster/malformed-lines.ts';
import { isPodWatch } from '../cluster/pod-requests.ts';
import { get } from '../fixtures/check.ts';
import { B, B_COMES, B_LIVE, BEGIN, BOTH, GET, problems, STARTED } from './cluster-beginnings.ts';
import { pod } from './cluster-objects.ts';
import { served, unknown } from './cluster-requests.ts';
import {
  apply,
  type ClusterScenario,
  injectFault,
  untilRequested,
  live,
  metrics,
  rawBytes,
  startsWithRoutes,
  watchEvent,
  wallClock,
  untilWatching,
} from './cluster-scenario.ts';
import { sampleOf } from '../fixtures/wide.ts';

export const TWICE_AND_LATE: readonly ClusterScenario[] = [
  {
    name: 'the same pod three more times: podway publishes no change (K8-11)',
    steps: [STARTED, ...['ADDED', 'MODIFIED', 'ADDED'].map((type) => watchEvent(type, pod('a'))), B_COMES],
    tables: BOTH,
  },
  {
    name: 'MODIFIED of an unknown pod: the pod is added (K8-12)',
    steps: [STARTED, watchEvent('MODIFIED', B), B_LIVE, served(get('/b'), 'b')],
    tables: BOTH,
  },
  {
    name: 'ADDED of a known pod: the pod is changed (K8-12)',
    steps: [
      STARTED,
      watchEvent('ADDED', pod('a', { paths: '/moved' })),
      live('t.local/moved a'),
      served(get('/moved'), 'a'),
    ],
    tables: [['t.local/ a'], ['t.local/moved a']],
  },
  {
    name: 'DELETED of an earlier pod does not affect the current pod of the same name (K8-13)',
    steps: [
      STARTED,
      apply(pod('a', { at: 'successor', but: { metadata: { uid: 'another' } } })),
      B_COMES,
      watchEvent('DELETED', pod('a')),
      apply(pod('c', { paths: '/c' })),
      live('t.local/ a', 't.local/b b', 't.local/c c'),
      served(GET, 'successor'),
    ],
    connections: { a: [], successor: [1] },
  },
];

const SPLIT = { kind: 'split', bytes: 1 } as const;
const ACCENTS = { metadata: { annotations: { note: 'ünï 日本語 🚂' } } };

export const PIECES: readonly ClusterScenario[] = [
  {
    name: 'a list and a watch arrive byte by byte, also within UTF-8 (K8-15)',
    steps: [
      injectFault({ resource: 'pods', verb: 'list' }, SPLIT),
      injectFault({ resource: 'pods', verb: 'watch' }, SPLIT),
      apply(pod('a', { but: ACCENTS })),
      startsWithRoutes('t.local/ a'),
      untilWatching('pods'),
      apply(pod('b', { paths: '/b', but: ACCENTS })),
      B_LIVE,
      served(get('/b'), 'b'),
      metrics({ [problems('malformed')]: undefined }),
    ],
    podRequests: BEGIN,
    tables: BOTH,
  },
  {
    name: 'two events in one segment are one change (K8-15)',
    steps: [
      STARTED,
      watchEvent('ADDED', pod('c'), (line) => line + line.replace('"ADDED"', '"DELETED"')),
      B_COMES,
      served(GET, 'a'),
    ],
    tables: BOTH,
  },
  {
    name: 'empty lines and CRLF (K8-15)',
    steps: [
      STARTED,
      watchEvent('ADDED', B, (line) => `\n\r\n${line.trimEnd()}\r\n`),
      B_LIVE,
      metrics({ [problems('malformed')]: undefined }),
    ],
    podRequests: BEGIN,
  },
  {
    name: 'an object of 5 MB (K8-15)',
    steps: [
      STARTED,
      apply(pod('b', { paths: '/b', but: { spec: { note: 'x'.repeat(5_000_000) } } })),
      B_LIVE,
      served(get('/b'), 'b'),
    ],
    podRequests: BEGIN,
  },
  {
    name: 'a line of more than 8 MiB: podway lists again, and no change is lost (K8-15)',
    steps: [
      STARTED,
      rawBytes(Buffer.alloc(8 * 1024 * 1024 + 2, 'x')),
      untilRequested(isPodWatch, 2),
      B_COMES,
      served(GET, 'a'),
      metrics({ [problems('oversized')]: 1 }),
    ],
    podRequests: [...BEGIN, 'list', 'watch'],
    tables: BOTH,
  },
];

export const NO_LINES: readonly ClusterScenario[] = sampleOf(MALFORMED_LINES, 4).map((line) => ({
  name: `a line that is not an event is counted, and podway lists again: ${line.slice(0, 80)} (K8-16)`,
  steps: [
    STARTED,
    rawBytes(`${line}\n`),
    untilRequested(isPodWatch, 2),
    B_COMES,
    served(GET, 'a'),
    metrics({ [problems('malformed')]: 1 }),
  ],
  podRequests: [...BEGIN, 'list', 'watch'],
  tables: BOTH,
}));

const born = (creationTimestamp: string) => ({ but: { metadata: { creationTimestamp } } });

export const DATA: readonly ClusterScenario[] = [
  {
    name: 'the wall clock jumps by an hour and back: one watch, no failure (K8-35)',
    steps: [
      STARTED,
      wallClock(1),
      B_COMES,
      wallClock(-2),
      apply(pod('c', { paths: '/c' })),
      live('t.local/ a', 't.local/b b', 't.local/c c'),
      served(GET, 'a'),
      metrics({ 'podway_source_up{resource="pods"}': 1, [problems('silent')]: undefined }),
    ],
    podRequests: BEGIN,
    waits: [],
  },
  {
    name: 'pods created in the future, in the past and at the same time are all in rotation, in one order (K8-35)',
    steps: [
      apply(
        pod('d', born('2026-01-01T00:00:00Z')),
        pod('c', { namespace: 'another', ...born('2026-01-01T00:00:00Z') }),
        pod('a', born('2999-01-01T00:00:00Z')),
        pod('b', born('1999-01-01T00:00:00Z')),
      ),
      startsWithRoutes('t.local/ a b c d'),
      ...['a', 'b', 'c', 'd', 'a'].map((name) => served(GET, name)),
    ],
  },
  {
    name: 'keys like a prototype, repeated keys and depth are ordinary data (K8-40)',
    steps: [
      STARTED,
      watchEvent('ADDED', B, (line) =>
        line
          .replace('"labels":{', '"labels":{"__proto__":"x","constructor":"y",')
          .replace(
            '"annotations":{',
            '"annotations":{"__proto__":{"routingHosts":"evil.local"},"routingHosts":"first.local",',
          )
          .replace('"metadata":{', `"deep":${'['.repeat(1000)}${']'.repeat(1000)},"metadata":{`),
      ),
      B_LIVE,
      served(get('/b'), 'b'),
      unknown(get('/b').replace('t.local', 'evil.local')),
      unknown(get('/b').replace('t.local', 'first.local')),
      () => {
        if (Object.hasOwn(Object.prototype, 'routingHosts')) throw new Error('Object.prototype was changed');
      },
    ],
    tables: BOTH,
  },
];
