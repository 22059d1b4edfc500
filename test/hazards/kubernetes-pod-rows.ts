/** Changes of routed pods and Secrets, as data: group K8 of the catalogue. */
import { get } from '../fixtures/check.ts';
import { handshake } from '../fixtures/websocket.ts';
import { KEY, type Overlay, pod, PORT, secret, to } from './cluster-objects.ts';
import { finishes, refused, served, startRequest, unknown } from './cluster-requests.ts';
import {
  apply,
  type ClusterScenario,
  withoutWatch,
  inOrder,
  live,
  metrics,
  rejections,
  remove,
  startsWithRoutes,
  type Step,
  times,
  untilWatching,
} from './cluster-scenario.ts';
import { testTitle } from '../fixtures/test-title.ts';
import { sampleOf } from '../fixtures/wide.ts';

const GET = get('/');
const STARTED: Step = inOrder(apply(pod('a')), startsWithRoutes('t.local/ a'), untilWatching('pods'));
const status = (fields: Overlay) => ({ but: { status: fields } });
const ready = (is: 'True' | 'False') => status({ conditions: [{ type: 'Ready', status: is }] });
const NO_ADDRESS = { podIP: undefined, podIPs: undefined };

export const ADDRESSES: readonly ClusterScenario[] = [
  {
    name: 'a pod that gets its address later: 503 from its creation on, and routed when it has the address (K8-19)',
    steps: [
      apply(pod('a', status({ phase: 'Pending', ...NO_ADDRESS }))),
      startsWithRoutes('t.local/'),
      refused(GET, 503, 'no-ready-pod'),
      apply(pod('a', status(NO_ADDRESS)), pod('b', { paths: '/b' })),
      live('t.local/', 't.local/b b'),
      refused(GET, 503, 'no-ready-pod'),
      apply(pod('a')),
      live('t.local/ a', 't.local/b b'),
      served(GET, 'a'),
    ],
    connections: { a: [1] },
  },
  {
    name: 'a pod whose address changes: the old address gets no more requests, and its connection is closed (K8-19)',
    steps: [
      STARTED,
      served(GET, 'a'),
      apply(pod('a', { at: 'moved' }), pod('b', { paths: '/b' })),
      live('t.local/ a', 't.local/b b'),
      times(3, served(GET, 'moved')),
      async ({ origins }) => origins.get('a')?.connections[0]?.closed(),
    ],
    connections: { a: [1], moved: [3] },
  },
  {
    name: 'IPv6 only (K8-19)',
    steps: [
      apply(pod('a', { at: '::1', ...status({ podIPs: [{ ip: '::1' }] }) })),
      startsWithRoutes('t.local/ a'),
      served(GET, '::1'),
    ],
  },
  {
    name: 'the first address of two families counts, also on the network of the host (K8-19)',
    steps: [
      apply(
        pod('a', {
          but: { spec: { hostNetwork: true }, status: { podIPs: [{ ip: '127.0.0.1' }, { ip: '::1' }] } },
        }),
      ),
      startsWithRoutes('t.local/ a'),
      served(GET, 'a'),
    ],
  },
];

const PHASES: readonly (readonly [string, Overlay, 'kept' | 'gone'])[] = [
  ['Succeeded', { phase: 'Succeeded' }, 'gone'],
  ['Failed', { phase: 'Failed' }, 'gone'],
  ['evicted', { phase: 'Failed', reason: 'Evicted' }, 'gone'],
  ['Unknown', { phase: 'Unknown' }, 'kept'],
  ['Pending', { phase: 'Pending' }, 'kept'],
];

const is = (type: string, status: 'True' | 'False', reason?: string) => ({ type, status, reason });
const SILENT = [is('Ready', 'False'), is('ContainersReady', 'True')];
const gated = (status: 'True' | 'False') => ({
  but: {
    spec: { readinessGates: [{ conditionType: 'example.com/gate' }] },
    status: { conditions: [...SILENT, is('example.com/gate', status)] },
  },
});
/** The conditions of an unready pod, and whether only the silence of its node caused them. */
const UNREADY: readonly (readonly [string, { but: Overlay }, boolean])[] = [
  ['Ready=False without a reason, ContainersReady=True', status({ conditions: SILENT }), true],
  [
    'an empty reason',
    status({ conditions: [is('Ready', 'False', ''), is('ContainersReady', 'True')] }),
    true,
  ],
  ['its gate is True', gated('True'), true],
  ['its gate is False', gated('False'), false],
  [
    'its gate has no condition',
    {
      but: {
        spec: { readinessGates: [{ conditionType: 'example.com/gate' }] },
        status: { conditions: SILENT },
      },
    },
    false,
  ],
  [
    'the kubelet reports ContainersNotReady',
    status({ conditions: [is('Ready', 'False', 'ContainersNotReady'), is('ContainersReady', 'True')] }),
    false,
  ],
  [
    'the kubelet reports ReadinessGatesNotReady',
    status({ conditions: [is('Ready', 'False', 'ReadinessGatesNotReady'), is('ContainersReady', 'True')] }),
    false,
  ],
  [
    'ContainersReady=False',
    status({ conditions: [is('Ready', 'False'), is('ContainersReady', 'False')] }),
    false,
  ],
  ['Ready=Unknown', status({ conditions: [{ type: 'Ready', status: 'Unknown' }, SILENT[1] ?? {}] }), false],
  ['no Ready condition', status({ conditions: [is('ContainersReady', 'True')] }), false],
  [
    'it is terminating',
    { but: { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { conditions: SILENT } } },
    false,
  ],
  ['it does not run', status({ phase: 'Pending', conditions: SILENT }), false],
];
const lastResort = (routes: number) => metrics({ podway_last_resort_routes: routes });

export const READINESS: readonly ClusterScenario[] = [
  {
    name: 'a pod whose Ready flaps is removed and added, and other pods keep their rotation and connections (K8-20)',
    steps: [
      apply(pod('a'), pod('b'), pod('c')),
      startsWithRoutes('t.local/ a b c'),
      untilWatching('pods'),
      ...['a', 'b', 'c'].map((name) => served(GET, name)),
      times(
        10,
        apply(pod('b', ready('False'))),
        live('t.local/ a c'),
        served(GET, 'a'),
        served(GET, 'c'),
        apply(pod('b', ready('True'))),
        live('t.local/ a b c'),
      ),
      ...['a', 'b', 'c'].map((name) => served(GET, name)),
    ],
    connections: { a: [12], b: [1, 1], c: [12] },
  },
  {
    name: 'no pod is ready: 503 with Retry-After, and the connection is kept (K8-20)',
    steps: [
      STARTED,
      apply(pod('a', ready('False'))),
      live('t.local/'),
      refused(GET, 503, 'no-ready-pod'),
      metrics({ 'podway_route_ready_endpoints{host="t.local",path="/"}': 0 }),
      apply(pod('a')),
      live('t.local/ a'),
      served(GET, 'a'),
    ],
  },
  {
    name: 'a terminating pod gets no new requests; running exchanges and tunnels finish (K8-21)',
    steps: [
      STARTED,
      startRequest(get('/held'), 'a'),
      startRequest(handshake('/held'), 'a'),
      apply(pod('a', { but: { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } } })),
      live('t.local/'),
      refused(GET, 503, 'no-ready-pod'),
      apply(pod('b')),
      live('t.local/ b'),
      times(3, served(GET, 'b')),
      remove(pod('a')),
      apply(pod('c', { paths: '/c' })),
      live('t.local/ b', 't.local/c c'),
      finishes,
    ],
    connections: { a: [1, 1], b: [3], c: [] },
  },
  ...PHASES.map(
    ([name, fields, route]): ClusterScenario => ({
      name: `${name}: gets no requests, regardless of its conditions, and its route is ${route} (K8-22)`,
      steps: [
        STARTED,
        served(GET, 'a'),
        apply(pod('a', status(fields))),
        ...(route === 'gone'
          ? [live(), unknown(GET)]
          : [live('t.local/'), refused(GET, 503, 'no-ready-pod')]),
      ],
      connections: { a: [1] },
    }),
  ),
  {
    name: 'a single pod is created again: 503 meanwhile, and a shorter path of another pod does not answer its requests (K8-22)',
    steps: [
      apply(pod('root'), pod('a', { paths: '/a' })),
      startsWithRoutes('t.local/ root', 't.local/a a'),
      untilWatching('pods'),
      served(get('/a'), 'a'),
      apply(pod('a', { paths: '/a', but: { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } } })),
      live('t.local/ root', 't.local/a'),
      apply(pod('a2', { paths: '/a', ...status({ phase: 'Pending', ...NO_ADDRESS }) })),
      remove(pod('a', { paths: '/a' })),
      live('t.local/ root', 't.local/a'),
      times(3, refused(get('/a'), 503, 'no-ready-pod')),
      apply(pod('a2', { paths: '/a' })),
      live('t.local/ root', 't.local/a a2'),
      served(get('/a'), 'a2'),
      apply(pod('a2', { paths: '/a', ...status({ phase: 'Succeeded' }) })),
      live('t.local/ root'),
      served(get('/a'), 'root'),
    ],
    connections: { a: [1], a2: [1], root: [1] },
  },
  {
    name: 'a node is drained without capacity on other nodes: 503, not a closed connection (K8-22)',
    steps: [
      STARTED,
      apply(
        pod('b', { but: { spec: { nodeName: undefined }, status: { phase: 'Pending', ...NO_ADDRESS } } }),
      ),
      live('t.local/ a'),
      remove(pod('a')),
      live('t.local/'),
      times(2, refused(GET, 503, 'no-ready-pod')),
      metrics({ 'podway_endpoints{condition="pending"}': 1 }),
    ],
  },
  {
    name: 'when kubelets lose the API server and no pod is ready, pods of silent nodes are the last resort (K8-20)',
    steps: [
      apply(pod('a'), pod('b')),
      startsWithRoutes('t.local/ a b'),
      untilWatching('pods'),
      served(GET, 'a'),
      apply(pod('a', status({ conditions: SILENT }))),
      live('t.local/ b'),
      lastResort(0),
      times(2, served(GET, 'b')),
      apply(pod('b', status({ conditions: SILENT }))),
      live('t.local/ a b'),
      lastResort(1),
      metrics({ 'podway_endpoints{condition="node-silent"}': 2 }),
      ...['b', 'a', 'b'].map((name) => served(GET, name)),
      apply(pod('b')),
      live('t.local/ b'),
      lastResort(0),
      served(GET, 'b'),
    ],
  },
  ...sampleOf(UNREADY, 6).map(
    ([name, but, silent]): ClusterScenario => ({
      name: `not Ready, ${name}: ${silent ? 'the last resort' : '503'} (K8-20)`,
      steps: [
        apply(pod('a', but)),
        startsWithRoutes(silent ? 't.local/ a' : 't.local/'),
        silent ? served(GET, 'a') : refused(GET, 503, 'no-ready-pod'),
        lastResort(silent ? 1 : 0),
      ],
    }),
  ),
];

const ports = (...list: readonly Overlay[]) => [{ name: 'main', ports: list }];
const HERE = { containerPort: PORT };
const NONE = `default/a port-not-declared ${PORT}:/`;

/** Containers of a pod whose path has the port `PORT`, and whether they declare that port. */
const PORTS: readonly (readonly [string, Overlay, boolean])[] = [
  ['a port that no container declares (K8-29)', { containers: ports({ containerPort: 1 }) }, false],
  ['no ports at all (K8-29)', { containers: [{ name: 'main' }] }, false],
  ['a UDP port (K8-29)', { containers: ports({ ...HERE, protocol: 'UDP' }) }, false],
  ['a port of an init container (K8-29)', { containers: ports(), initContainers: ports(HERE) }, false],
  [
    'a port of an init container that is restarted always, a sidecar (K8-29)',
    { containers: ports(), initContainers: [{ restartPolicy: 'Always', ports: [HERE] }] },
    true,
  ],
  [
    'a port that is declared twice, for UDP and TCP (K8-29)',
    { containers: ports({ ...HERE, protocol: 'UDP' }, HERE) },
    true,
  ],
  [
    'a port of an ephemeral container (K8-22)',
    { containers: ports(), ephemeralContainers: ports(HERE) },
    false,
  ],
];

export const DECLARED: readonly ClusterScenario[] = PORTS.map(([name, spec, declared]) => ({
  name: testTitle(name, declared ? 'routed' : 'rejected and reported'),
  steps: declared
    ? [apply(pod('a', { but: { spec } })), startsWithRoutes('t.local/ a'), served(GET, 'a'), rejections()]
    : [
        apply(pod('a', { but: { spec } })),
        startsWithRoutes(),
        unknown(GET),
        rejections(NONE),
        metrics({ 'podway_rejections{reason="port-not-declared"}': 1 }),
      ],
}));

const NO_LABEL = { but: { metadata: { labels: undefined } } };
const NO_ANNOTATION = { but: { metadata: { annotations: undefined } } };
const LOSSES: readonly (readonly [string, { but: Overlay }])[] = [
  ['its label', NO_LABEL],
  ['its annotations', NO_ANNOTATION],
];
const OLD = pod('old', { at: 'shared', namespace: 'one', hosts: 'old.local t.local' });
const NEW = pod('new', { at: 'shared', namespace: 'two', hosts: 'new.local t.local' });
const ROUTED_NEW = live('new.local/ new', 't.local/ new');

/** A pod of a keyed namespace gets the address of a pod without a key. */
const takesOver = (name: string, ...change: readonly Step[]): ClusterScenario => ({
  name: `an address that a pod of another namespace gets, ${name}: no connection, key or route is kept (K8-24)`,
  steps: [
    apply(OLD, secret('two')),
    startsWithRoutes('old.local/ old', 't.local/ old'),
    untilWatching('pods'),
    untilWatching('secrets'),
    served(to('old.local'), 'shared'),
    served(GET, 'shared'),
    ...change,
    ROUTED_NEW,
    unknown(to('old.local')),
    refused(GET, 403, 'key-refused'),
    refused(to('new.local'), 403, 'key-refused'),
    served(to('new.local', '/', KEY), 'shared'),
    async ({ origins }) => origins.get('shared')?.connections[0]?.closed(),
  ],
  connections: { shared: [2, 1] },
});

export const CHANGES: readonly ClusterScenario[] = [
  takesOver('deleted first', remove(OLD), apply(NEW)),
  takesOver('added first', apply(NEW), remove(OLD)),
  takesOver('while there was no watch', withoutWatch(remove(OLD), apply(NEW))),
  ...LOSSES.map(
    ([what, but]): ClusterScenario => ({
      name: `when a pod loses ${what}, its route is removed, and running exchanges finish (K8-30)`,
      steps: [STARTED, startRequest(get('/held'), 'a'), apply(pod('a', but)), live(), unknown(GET), finishes],
      tables: [['t.local/ a'], []],
      connections: { a: [1] },
    }),
  ),
  {
    name: 'a label that is removed while there is no watch (K8-30)',
    steps: [
      STARTED,
      apply(pod('b')),
      live('t.local/ a b'),
      untilWatching('secrets'),
      withoutWatch(apply(pod('a', NO_LABEL))),
      live('t.local/ b'),
      served(GET, 'b'),
    ],
    tables: [['t.local/ a'], ['t.local/ a b'], ['t.local/ b']],
    connections: { a: [], b: [1] },
  },
];

const fields = (data: unknown): Overlay => ({ data });
const KEYED = get('/', KEY);
const VALUE = 'c3VwZXJzZWNyZXQ=';
const MANY = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`other-${index}`, 'b2xk']));
const LARGE = Buffer.alloc(1024 * 1024, 0xfe).toString('base64');

/** Unusual Secrets of the configured name; a third value is the rejection of a Secret that denies all requests. */
const SECRETS: readonly (readonly [string, Overlay, string?])[] = [
  ['of another type, and immutable', { type: 'kubernetes.io/tls', immutable: true }],
  ['1,000 other fields', fields(MANY)],
  ['another field of 1 MiB', fields({ other: LARGE })],
  ['a key of 1 MiB', fields({ 'api-key': LARGE }), ''],
  ['no data', fields(undefined), 'key-missing api-key'],
  ['data that is null', fields(null), 'key-missing api-key'],
  ['data that is a list', fields([VALUE]), 'key-missing api-key'],
  ['data that is text', fields(VALUE), 'key-missing api-key'],
  ['another field only', fields({ 'api-key': undefined, other: VALUE }), 'key-missing api-key'],
  ['an empty key', fields({ 'api-key': '' }), 'key-empty api-key'],
  ['a key that is not a string', fields({ 'api-key': 7 }), 'key-malformed api-key'],
  ['a key without its padding', fields({ 'api-key': VALUE.slice(0, -1) }), 'key-malformed api-key'],
];

export const ODD_SECRETS: readonly ClusterScenario[] = SECRETS.map(([name, but, denied]) => ({
  name: `a Secret with ${name}: ${denied === undefined ? 'its key opens' : 'all requests are denied'} (K8-32)`,
  steps: [
    apply(pod('a'), secret('default', 'supersecret', but)),
    startsWithRoutes('t.local/ a'),
    refused(GET, 403, 'key-refused'),
    denied === undefined ? served(KEYED, 'a') : refused(KEYED, 403, 'key-refused'),
    rejections(...(denied === undefined || denied === '' ? [] : [`default/routing ${denied}`])),
    metrics({ 'podway_namespace_keys{namespace="default"}': denied === undefined || denied === '' ? 1 : 0 }),
    ...(denied === undefined
      ? []
      : [remove(secret('default')), apply(pod('b', { paths: '/b' })), live('t.local/ a', 't.local/b b')]),
  ],
}));
