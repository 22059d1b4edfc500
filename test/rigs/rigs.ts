import { readFileSync } from 'node:fs';

/** A test that is too long for `npm test`. `npm run rig -- NAME` runs it. */
export interface Rig {
  readonly name: string;
  /** What is true if the rig passes. */
  readonly shows: string;
  /** Path below test/. */
  readonly file: string;
  /** The environment variables that make a short test long. */
  readonly size?: Readonly<Record<string, string>>;
  /**
   * True: the rig runs in a network namespace whose sockets have small queues. Thousands of full queues of the usual size
   * need more memory than the kernel gives to all sockets together (net.ipv4.tcp_mem); it then drops packets of all connections.
   */
  readonly smallQueues?: true;
}

const LONG: Readonly<Record<string, string>> = {
  'address-reuse': 'when a pod address moves to another namespace, no request for the old pod reaches it',
  'api-faults': 'API server outages, repeated 410 answers and watches that hang: no request fails',
  'blocked-log': 'while the log is not read, no request fails and memory stays bounded',
  'certificate-change':
    'podway serves a changed certificate within 10 ms, and reads ten thousand without blocking requests',
  'chromium-cors': 'what Chromium allows pages of another origin to do: preflights, cookies, keys, errors',
  'chromium-http2':
    'Chromium over TLS: hosts of one certificate on one connection, 421 and a retry, WebSockets over HTTP/2',
  'client-resets': 'clients that send a request and reset leave no connection and no memory behind',
  'dashboard-cost': 'the CPU cost of open dashboards with 10,000 routes',
  descriptors:
    'with 256 descriptors: existing connections are served, new ones are shed and counted, recovery is immediate',
  'foreign-page':
    'podway local in Chromium: pages work under the suffix and by proxy.pac, and pages of other origins get nothing',
  fuzz: 'random streams from many clients: no worker crashes and nothing is thrown',
  'grpc-soak':
    'gRPC calls, a tenth of them cancelled, to pods that end their connections: no call is lost, no state is left behind, memory stays flat',
  'http2-clients':
    'h2load and nghttp, with and without TLS: every request is answered, with every frame type',
  'http2-soak':
    'HTTP/2 requests, a tenth of them cancelled: no state is left behind, memory stays flat; memory of an idle connection',
  'http2-websockets':
    'a thousand WebSockets on eight HTTP/2 connections, some of which stall: all messages come back, no state is left behind',
  'idle-connections': 'memory of an idle keep-alive connection',
  'idle-tls': 'memory of an idle TLS connection',
  'image-build': 'the Dockerfile builds (buildah), and its image runs with a read-only root',
  'keep-alive-races': 'pods that close at any moment: no GET fails, no POST is carried out twice',
  'key-leaks': 'while keys change, none appears in logs, metrics, admin pages, Events, answers or pods',
  'key-timing': 'the time of a refusal reveals nothing about the key',
  'large-list': 'when a list of 10,000 pods fails on its seventh page, no part of it takes effect',
  'many-waiting': 'thousands of open event streams, and of requests for slow pods, do not count as overload',
  overload: 'at twice the capacity: goodput, 503 with Retry-After, and recovery',
  'pod-events':
    'a thousand pod events a second: changes take effect, the event loop is not late, no request is lost',
  'port-forward':
    'podway port-forward: 1,000 clients that disconnect, 300 replaced pods, one client in 100 that stops reading',
  'rate-workers': 'with four workers, rate= admits the configured rate within 1 %',
  'rolling-update': 'pods replaced under load: no request and no WebSocket is lost',
  sigterm: 'SIGTERM under load, behind a load balancer: no request is lost',
  'slow-reader': 'a client that reads slowly gets all of a large answer',
  'slow-readers': 'thousands of clients that stop reading: memory of each, and latency of other clients',
  'slow-requests': 'thousands of slow heads and bodies: latency of other clients',
  'small-heap': 'with a small heap podway sheds load instead of crashing',
  soak: 'load, misbehaving clients and changing pods: memory, descriptors and timers stay flat',
  'tables-by-tls': 'the test tables of HTTP/1 give the same bytes over TLS',
  'tls-grade': 'testssl.sh reports no finding above LOW for the TLS port',
  'websocket-drain':
    'a router with a thousand WebSockets shuts down: each gets Close 1001, evenly spread, and no client reconnects to it',
  'worker-crash': 'when a worker crashes, only its requests in flight are lost',
};

const SEARCHES: readonly Rig[] = [
  {
    name: 'search-requests',
    shows: 'podway and a pod never read a stream of requests differently',
    file: 'search/request-desync.test.ts',
    size: { DESYNC_STREAMS: '1000000' },
  },
  {
    name: 'search-responses',
    shows: 'no byte of a pod reaches another exchange',
    file: 'search/response-desync.test.ts',
    size: { RESPONSE_EXCHANGES: '20000' },
  },
  {
    name: 'search-paths',
    shows: 'podway routes no target differently from how other software reads it',
    file: 'search/paths.test.ts',
    size: { PATH_TARGETS: '1000000' },
  },
  {
    name: 'search-keys',
    shows: 'keys are accepted as in a model, and none leaks',
    file: 'search/keys.test.ts',
    size: { KEY_SETS: '1000000', KEY_SENT: '1000000' },
  },
  {
    name: 'search-options',
    shows: 'options of pods decide requests as in a model',
    file: 'search/options.test.ts',
    size: { OPTION_PAIRS: '1000000' },
  },
  {
    name: 'search-round-trips',
    shows: 'legal messages arrive byte for byte',
    file: 'search/round-trip.test.ts',
    size: { ROUND_TRIPS: '5000' },
  },
  {
    name: 'search-http2',
    shows: 'no HTTP/2 frames crash the process, and pods get only complete requests',
    file: 'search/http2-frames.test.ts',
    size: { HTTP2_SESSIONS: '1000000' },
  },
  {
    name: 'search-http2-pods',
    shows:
      'HTTP/2 clients and pods that act at random: bytes reach only their own stream, and no state is left behind',
    file: 'search/http2-pods.test.ts',
    size: { HTTP2_SESSIONS: '100000' },
  },
  {
    name: 'parse-requests',
    shows: 'the request parser and node:http read requests alike',
    file: 'http1/agrees-with-node.test.ts',
    size: { DIFFERENTIAL_INPUTS: '1000000' },
  },
  {
    name: 'parse-responses',
    shows: 'the response parser and node:http read responses alike',
    file: 'http1/response-agrees-with-node.test.ts',
    size: { DIFFERENTIAL_INPUTS: '1000000' },
  },
];

const SMALL_QUEUES = new Set(['slow-readers']);

export const RIGS: readonly Rig[] = [
  ...Object.entries(LONG).map(([name, shows]) => ({
    name,
    shows,
    file: `long/${name}.long.ts`,
    ...(SMALL_QUEUES.has(name) && { smallQueues: true as const }),
  })),
  ...SEARCHES,
];

/** The parameters of a rig with their defaults, as its source reads them from the environment. */
export function parametersOf({ file, size = {} }: Rig): string[] {
  const source = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  const read = [...source.matchAll(/\b(?:parameter|number)\('([A-Z][A-Z\d_]*)', ([\d_.]+)\)/g)];
  const defaults = read.map(([, name = '', value = '']) => [name, value.replaceAll('_', '')] as const);
  return [...defaults, ...Object.entries(size)].map(([name, value]) => `${name}=${value}`);
}

/** The rigs as a Markdown table, which docs/rigs.md contains. */
export function rigsTable(): string {
  const rows = RIGS.map((rig) => {
    const parameters = parametersOf(rig).map((it) => `\`${it}\``);
    return `| \`${rig.name}\` | ${rig.shows} | ${parameters.join(' ')} |\n`;
  });
  return `| name | checks or measures | parameters |\n|---|---|---|\n${rows.join('')}`;
}

/** The rig with the name `asked`; if there is no such rig, the rigs whose names begin with `asked`. */
export function rigsNamed(asked: string): readonly Rig[] {
  const exact = RIGS.filter(({ name }) => name === asked);
  return exact.length > 0 ? exact : RIGS.filter(({ name }) => name.startsWith(asked));
}
