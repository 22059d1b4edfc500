import { readFileSync } from 'node:fs';

/** A test that is too long for `npm test` and is run by its name. */
export interface Rig {
  readonly name: string;
  /** What a run that passes has shown. */
  readonly shows: string;
  /** Below test/. */
  readonly file: string;
  /** The variables that make a short test a long one. */
  readonly size?: Readonly<Record<string, string>>;
  /**
   * Run in a network namespace whose sockets have small queues: thousands of full ones of the usual size are more than
   * the kernel keeps for all sockets together (net.ipv4.tcp_mem), and it then drops packets of all connections.
   */
  readonly smallQueues?: true;
}

const LONG: Readonly<Record<string, string>> = {
  'address-reuse': 'a pod address that moves to another namespace never gets a request for the old one',
  'api-faults': 'outages of the API server, storms of 410 and watches that hang cost no request',
  'blocked-log': 'a log that is not read costs no request and no memory',
  'certificate-change': 'a changed Secret is served within 10 ms; ten thousand are read a little at a time',
  'chromium-cors': 'what Chromium lets pages of another origin do: preflights, cookies, keys, errors',
  'chromium-http2':
    'Chromium over TLS: hosts of one certificate on one connection, 421 and a retry, WebSockets over HTTP/2',
  'client-resets': 'clients that send a request and reset leave no connection and no memory',
  'dashboard-cost': 'what open dashboards cost a router of 10,000 routes',
  descriptors:
    'with 256 descriptors: existing connections are served, others shed and counted, recovery is immediate',
  'foreign-page':
    'Chromium and podway local: its own pages under the suffix and by proxy.pac, nothing for pages of other origins',
  fuzz: 'random streams from many clients: no worker dies, nothing is thrown',
  'grpc-soak':
    'gRPC with a tenth cancelled, to pods that end their connections: nothing is lost or left, memory flat',
  'http2-clients':
    'h2load and nghttp, with and without TLS: every request is answered, in every kind of frame',
  'http2-soak': 'HTTP/2 with a tenth cancelled: nothing is left, memory flat; what an idle connection costs',
  'http2-websockets':
    'a thousand WebSockets on eight connections of HTTP/2, some of which stall: messages come back, nothing is left',
  'idle-connections': 'what an idle keep-alive connection costs',
  'idle-tls': 'what an idle TLS connection costs',
  'image-build': 'the Dockerfile builds (buildah), and its image runs with a read-only root',
  'keep-alive-races': 'pods that close at any moment: no GET fails, no POST is carried out twice',
  'key-leaks':
    'with keys that change all the time, none is in logs, metrics, admin pages, Events, answers or pods',
  'key-timing': 'the time of a refusal reveals nothing about the key',
  'large-list': 'a list of 10,000 pods that fails on its seventh page never takes effect in part',
  'many-waiting': 'thousands of open event streams, and of requests for slow pods, are no overload',
  overload: 'at twice the capacity: goodput, 503 with Retry-After, recovery',
  'pod-events': 'a thousand pod events a second: changes live, loop not late, no request lost',
  'port-forward':
    'podway port-forward: 1,000 clients that disconnect, 300 replaced pods, one client in 100 that stops reading',
  'rate-workers': 'with four workers, rate= admits its rate within 1 %',
  'rolling-update': 'pods replaced under load: no request and no WebSocket lost',
  sigterm: 'SIGTERM under load, behind a balancer: no request lost',
  'slow-reader': 'a client that reads slowly gets all of a large answer',
  'slow-readers': 'thousands of clients that stop reading: memory of each, and latency of others',
  'slow-requests': 'thousands of slow heads and bodies: latency of other clients',
  'small-heap': 'a small heap sheds instead of dying',
  soak: 'load, odd clients and churn: memory, descriptors and timers stay flat',
  'tables-by-tls': 'the tables of HTTP/1 hold for TLS clients, byte for byte',
  'tls-grade': 'testssl.sh about the TLS port: no finding above LOW',
  'websocket-drain':
    'a thousand WebSockets of a router that stops: Close 1001 on each, spread evenly, none reconnects to it',
  'worker-crash': 'a worker that crashes costs what it had in flight',
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
    shows: 'no target is routed differently from how other software reads it',
    file: 'search/paths.test.ts',
    size: { PATH_TARGETS: '1000000' },
  },
  {
    name: 'search-keys',
    shows: 'keys are accepted as in the model, and none leaks',
    file: 'search/keys.test.ts',
    size: { KEY_SETS: '1000000', KEY_SENT: '1000000' },
  },
  {
    name: 'search-words',
    shows: 'options of pods decide requests as in the model',
    file: 'search/words.test.ts',
    size: { WORD_PAIRS: '1000000' },
  },
  {
    name: 'search-round-trips',
    shows: 'legal messages arrive byte for byte',
    file: 'search/round-trip.test.ts',
    size: { ROUND_TRIPS: '5000' },
  },
  {
    name: 'search-http2',
    shows: 'no frames of HTTP/2 end the process, or reach pods as anything but complete requests',
    file: 'search/http2-frames.test.ts',
    size: { HTTP2_SESSIONS: '1000000' },
  },
  {
    name: 'search-http2-pods',
    shows:
      'clients and pods of HTTP/2 that act at random: bytes reach only their own stream, and nothing is left',
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
  return `| name | shows that, or what | parameters |\n|---|---|---|\n${rows.join('')}`;
}

/** The rig with the name `asked`, or else those whose names begin with it. */
export function rigsNamed(asked: string): readonly Rig[] {
  const exact = RIGS.filter(({ name }) => name === asked);
  return exact.length > 0 ? exact : RIGS.filter(({ name }) => name.startsWith(asked));
}
