/** Declarations of pods that are rejected, as data: group K8 of the catalogue. */
import { type RejectionReason, REJECTIONS } from '../../src/wiring/rejection.ts';
import { get } from '../fixtures/check.ts';
import { pod, PORT, to } from './cluster-objects.ts';
import { refused, served, unknown } from './cluster-requests.ts';
import {
  apply,
  type ClusterScenario,
  events,
  inOrder,
  live,
  metrics,
  rejections,
  startsWithRoutes,
  type Step,
  untilWatching,
} from './cluster-scenario.ts';
import { sampleOf } from '../fixtures/wide.ts';

const P = PORT;
const GOOD = get('/good');

/** An item of the paths annotation, and the only reason of its rejection, or the path that it routes. */
const PATHS: readonly (readonly [string, { reason: string } | { routes: string }])[] = [
  [`${P}:`, { reason: 'path-malformed' }],
  [':/a', { reason: 'port-malformed' }],
  ['a:/b', { reason: 'port-malformed' }],
  ['0:/', { reason: 'port-malformed' }],
  ['65536:/', { reason: 'port-malformed' }],
  ['-1:/', { reason: 'port-malformed' }],
  ['1e3:/', { reason: 'port-malformed' }],
  ['0x50:/', { reason: 'port-malformed' }],
  [`0${P}:/a`, { routes: '/a' }],
  [`${P}:a`, { reason: 'path-malformed' }],
  [`${P}:/a:b`, { reason: 'not-port-path' }],
  [`${P}:/a/../b`, { reason: 'path-dot-segment' }],
  [`${P}:/a/.%2E/b`, { reason: 'path-dot-segment' }],
  [`${P}:/%2e`, { reason: 'path-dot-segment' }],
  [`${P}:/%00`, { reason: 'path-dot-segment' }],
  [`${P}:/%zz`, { reason: 'path-malformed' }],
  [`${P}:/a?b`, { reason: 'path-malformed' }],
  [`${P}:/a#b`, { reason: 'path-malformed' }],
  [`${P}://a`, { reason: 'path-empty-segment' }],
  [`{"port":${P},"path":"/a"}`, { reason: 'not-port-path' }],
  [`${P}:/a\u00a0${P}:/b`, { reason: 'not-port-path' }],
  [`${P}:/a\0`, { reason: 'path-malformed' }],
  [`${P}:/🚂`, { reason: 'path-malformed' }],
];

/** The text as rejections show it. */
const printable = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`);

export const BAD_PATHS: readonly ClusterScenario[] = [
  ...sampleOf(PATHS, 6).map(([item, becomes]): ClusterScenario => {
    const paths = `${item} ${P}:/good`;
    return 'routes' in becomes
      ? {
          name: `${item}: routes ${becomes.routes} (K8-26)`,
          steps: [
            apply(pod('a', { paths })),
            startsWithRoutes(`t.local${becomes.routes} a`, 't.local/good a'),
            served(get(becomes.routes), 'a'),
            served(GOOD, 'a'),
            rejections(),
          ],
        }
      : {
          name: `${JSON.stringify(item)}: left out, and the valid item of the pod routes (K8-26)`,
          steps: [
            apply(pod('a', { paths })),
            startsWithRoutes('t.local/good a'),
            served(GOOD, 'a'),
            ...['/', '/a', '/b', '/a/b'].map((path) => refused(get(path), 404, 'no-route')),
            rejections(`default/a ${becomes.reason} ${printable(item)}`),
            metrics({ [`podway_rejections{reason="${becomes.reason}"}`]: 1 }),
          ],
        };
  }),
  {
    name: 'tabs, line ends and spaces separate items, in any number; the rest of an item is an unknown option (K8-26)',
    steps: [
      apply(pod('a', { paths: `  ${P}:/a\t${P}:/b \r\n ${P}:/c\td   ` })),
      startsWithRoutes('t.local/a a', 't.local/b a', 't.local/c'),
      ...['/a', '/b'].map((path) => served(get(path), 'a')),
      refused(get('/c'), 503, 'no-ready-pod'),
      rejections(`default/a option-unknown ${P}:/c d`),
    ],
  },
];

/** An item of the hosts annotation, and the reason of its rejection, or a host that it serves. */
const HOSTS: readonly (readonly [string, { reason: string } | { routes: string; asked: string }])[] = [
  ['t.local;evil', { reason: 'host-malformed' }],
  ['_', { reason: 'host-malformed' }],
  ['a..b', { reason: 'host-malformed' }],
  ['bücher.example', { reason: 'host-malformed' }],
  ['__proto__', { reason: 'host-malformed' }],
  ['*', { reason: 'host-malformed' }],
  ['[::1', { reason: 'host-malformed' }],
  ['http://t.local', { reason: 'host-malformed' }],
  ['t.local:80', { reason: 'host-has-port' }],
  ['t.local.', { reason: 'host-trailing-dot' }],
  ['*.x', { routes: '*.x', asked: 'y.x' }],
  ['xn--bcher-kva.example', { routes: 'xn--bcher-kva.example', asked: 'XN--bcher-kva.example' }],
  ['T.Local', { routes: 't.local', asked: 't.local' }],
  ['1.2.3.4', { routes: '1.2.3.4', asked: '1.2.3.4:80' }],
  ['[::1]', { routes: '[::1]', asked: '[::1]' }],
];

const GOOD_HOST = to('good.local');
const LONG = 'a'.repeat(254);
const CONFIGURATION: readonly (readonly [RejectionReason, string])[] = [
  ['host-malformed', '80:/x;}'],
  ['host-malformed', 'server{listen'],
  ['path-malformed', `${P}:/x;}`],
];

export const BAD_HOSTS: readonly ClusterScenario[] = [
  ...sampleOf(HOSTS, 6).map(
    ([item, becomes]): ClusterScenario =>
      'routes' in becomes
        ? {
            name: `${item}: serves ${becomes.asked} (K8-27)`,
            steps: [
              apply(pod('a', { hosts: `${item} good.local` })),
              startsWithRoutes(`${becomes.routes}/ a`, 'good.local/ a'),
              served(to(becomes.asked), 'a'),
              served(GOOD_HOST, 'a'),
              rejections(),
            ],
          }
        : {
            name: `${item}: left out, and the valid host of the pod routes (K8-27)`,
            steps: [
              apply(pod('a', { hosts: `${item} good.local` })),
              startsWithRoutes('good.local/ a'),
              served(GOOD_HOST, 'a'),
              unknown(to('t.local')),
              rejections(`default/a ${becomes.reason} ${printable(item)}`),
              metrics({ [`podway_rejections{reason="${becomes.reason}"}`]: 1 }),
            ],
          },
  ),
  {
    name: 'a host of 254 characters: left out, and quoted in part (K8-27)',
    steps: [
      apply(pod('a', { hosts: `${LONG} good.local` })),
      startsWithRoutes('good.local/ a'),
      served(GOOD_HOST, 'a'),
      rejections(`default/a host-too-long ${LONG.slice(0, 200)}...`),
    ],
  },
  {
    name: 'CRLF separates hosts and does not break a line of any output (K8-27)',
    steps: [
      apply(pod('a', { hosts: 'one.local\r\ngood.local\r\nX-Evil:1' })),
      startsWithRoutes('good.local/ a', 'one.local/ a'),
      served(GOOD_HOST, 'a'),
      served(to('one.local'), 'a'),
      rejections('default/a host-has-port X-Evil:1'),
    ],
  },
  {
    name: 'text of a configuration file in both annotations is plain text, in /routes and in Events (K8-27)',
    events: true,
    steps: [
      apply(
        pod('a', { hosts: '80:/x;}\nserver{listen good.local', paths: `/good ${P}:/x;}\nserver{listen` }),
      ),
      startsWithRoutes('good.local/good a'),
      served(to('good.local', '/good'), 'a'),
      refused(to('good.local', '/x;'), 404, 'no-route'),
      rejections(...CONFIGURATION.map(([reason, item]) => `default/a ${reason} ${item}`)),
      events(
        ...CONFIGURATION.map(
          ([reason, item]) => `a: ${item}: refused (${reason}); expected ${REJECTIONS[reason]}`,
        ),
      ),
    ],
  },
];

const many = (count: number, of: string): string =>
  Array.from({ length: count }, (_, index) => `${of}${index}`).join(' ');
const OTHER: Step = inOrder(
  apply(pod('b', { paths: '/b' })),
  startsWithRoutes('t.local/b b'),
  untilWatching('pods'),
);

const TABLES =
  (count: number): Step =>
  (harness) =>
    harness.until(
      () => harness.router.tables.length === count,
      () => `table ${count}`,
    );

/**
 * Pods with too many routes: the first ones count, and all of these are served; pods with few routes are not affected.
 */
const TOO_MUCH: readonly (readonly [string, Parameters<typeof pod>[1], string, Step, Step])[] = [
  [
    '20,000 hosts',
    { hosts: many(20_000, 'h') },
    'too-many-routes 20000 hosts, 1 path',
    served(to('h999'), 'greedy'),
    unknown(to('h1000')),
  ],
  [
    '15,000 paths',
    { hosts: 'h', paths: many(15_000, `${P}:/p`) },
    'too-many-routes 1 host, 15000 paths',
    served(to('h', '/p999'), 'greedy'),
    refused(to('h', '/p1000'), 404, 'no-route'),
  ],
  [
    '11 hosts times 100 paths',
    { hosts: many(11, 'h'), paths: many(100, `${P}:/p`) },
    'too-many-routes 11 hosts, 100 paths',
    served(to('h9', '/p99'), 'greedy'),
    unknown(to('h10', '/p0')),
  ],
];

export const LARGE_ANNOTATIONS: readonly ClusterScenario[] = [
  ...sampleOf(TOO_MUCH, 1).map(
    ([name, annotations, rejection, last, cut]): ClusterScenario => ({
      name: `${name}: the first 1,000 routes count, and other pods are not affected (K8-25)`,
      steps: [
        OTHER,
        apply(pod('greedy', annotations)),
        TABLES(2),
        rejections(`default/greedy ${rejection}`),
        last,
        cut,
        served(get('/b'), 'b'),
      ],
    }),
  ),
  {
    name: 'annotations of 256 KiB and a byte: refused as a whole, and other pods are not affected (K8-25)',
    steps: [
      OTHER,
      apply(pod('greedy', { hosts: 'x'.repeat(262_145) })),
      apply(pod('c', { paths: '/c' })),
      live('t.local/b b', 't.local/c c'),
      rejections('default/greedy annotation-too-long 262145 characters'),
      served(get('/b'), 'b'),
    ],
    tables: [['t.local/b b'], ['t.local/b b', 't.local/c c']],
  },
  {
    name: 'the maximum of routes is live in one step (K8-25)',
    steps: [
      OTHER,
      apply(pod('a', { hosts: many(10, 'h'), paths: many(100, `${P}:/p`) })),
      TABLES(2),
      served(to('h9', '/p99'), 'a'),
      served(get('/b'), 'b'),
      rejections(),
    ],
  },
];
