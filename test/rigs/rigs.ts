import { readFileSync } from 'node:fs';

/** Something that is too long for `npm test` and is run by its name. */
export interface Rig {
  readonly name: string;
  /** What a run that passes has shown. */
  readonly shows: string;
  /** Below test/. */
  readonly file: string;
  /** What makes a short test a long one. */
  readonly size?: Readonly<Record<string, string>>;
  /**
   * Run in a network namespace whose sockets have small queues: thousands of full ones of the usual size are more than the
   * kernel keeps for all sockets together (net.ipv4.tcp_mem), and it then drops everybody's packets.
   */
  readonly smallQueues?: true;
}

const LONG: Readonly<Record<string, string>> = {
  'address-reuse': 'a pod address that changes namespaces never gets the request of the one before',
  'api-faults': 'outages of the API server, storms of 410 and watches that hang cost no request',
  'blocked-log': 'a log that is not read costs no request and no memory',
  'certificate-change': 'a changed Secret is served within 10 ms; ten thousand are read a little at a time',
  'chromium-cors': 'what Chromium lets pages of another origin do: preflights, cookies, keys, errors',
  'chromium-http2':
    'Chromium over TLS: hosts of one certificate on one connection, 421 and again, WebSockets over HTTP/2',
  'client-resets': 'clients that ask and reset leave nothing behind',
  'dashboard-cost': 'what open dashboards cost a router of 10,000 routes',
  descriptors: 'with 256 descriptors: existing connections served, others shed and counted, recovery at once',
  'foreign-page':
    'Chromium and podway local: own pages under the suffix and by proxy.pac, nothing for a foreign page',
  fuzz: 'random streams from many clients: no worker dies, nothing is thrown',
  'grpc-soak':
    'gRPC with a tenth cancelled, to pods that end their connections: nothing is lost or left, memory flat',
  'http2-clients':
    'h2load and nghttp, with TLS and without: every request is answered, in every kind of frames',
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
  'large-list': 'a list of 10,000 pods that fails on its seventh page is never live by halves',
  'many-waiting': 'thousands of open event streams, and of requests for slow pods, are no overload',
  overload: 'at twice the capacity: goodput, 503 with Retry-After, recovery',
  'pod-events': 'a thousand pod events a second: changes live, loop not late, no request lost',
  'port-forward':
    'podway port-forward: 1,000 clients that go away, 300 replaced pods, one reader in 100 that stops',
  'rate-workers': 'what a rate lets through with four workers is within 1 % of what it says',
  'rolling-update': 'pods replaced under load: no request and no WebSocket lost',
  sigterm: 'SIGTERM under load, behind a balancer: no request lost',
  'slow-reader': 'a reader that is slow, but reads, gets all of a large answer',
  'slow-readers': 'thousands of readers who stop: memory each, and how others fare',
  'slow-requests': 'thousands of slow heads and bodies: how others fare',
  'small-heap': 'a small heap sheds instead of dying',
  soak: 'load, odd clients and churn: memory, descriptors and timers stay flat',
  'tables-by-tls': 'the tables of HTTP/1 hold for clients that come by TLS, byte for byte',
  'tls-grade': 'testssl.sh about the TLS port: no finding above LOW',
  'websocket-drain':
    'a thousand WebSockets of a router that stops: Close 1001 on each, spread evenly, none comes back to it',
  'worker-crash': 'a worker that crashes costs what it had in flight',
};

const SEARCHES: readonly Rig[] = [
  {
    name: 'search-requests',
    shows: 'no stream of requests is read in two ways',
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
    shows: 'keys are accepted as the model says, and none gets out',
    file: 'search/keys.test.ts',
    size: { KEY_SETS: '1000000', KEY_SENT: '1000000' },
  },
  {
    name: 'search-words',
    shows: 'words of pods decide requests as the model says',
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
    name: 'parse-requests',
    shows: 'what the request parser accepts, node:http reads alike',
    file: 'http1/agrees-with-node.test.ts',
    size: { DIFFERENTIAL_INPUTS: '1000000' },
  },
  {
    name: 'parse-responses',
    shows: 'the same of responses',
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

/** Parameters of a rig with their defaults, as its source reads them from the environment. */
export function parametersOf({ file, size = {} }: Rig): string[] {
  const source = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  const read = [...source.matchAll(/\b(?:parameter|number)\('([A-Z][A-Z\d_]*)', ([\d_.]+)\)/g)];
  const defaults = read.map(([, name = '', value = '']) => [name, value.replaceAll('_', '')] as const);
  return [...defaults, ...Object.entries(size)].map(([name, value]) => `${name}=${value}`);
}

/** The rigs as a Markdown table: docs/rigs.md holds it. */
export function rigsTable(): string {
  const rows = RIGS.map((rig) => {
    const parameters = parametersOf(rig).map((it) => `\`${it}\``);
    return `| \`${rig.name}\` | ${rig.shows} | ${parameters.join(' ')} |\n`;
  });
  return `| name | shows that, or what | parameters |\n|---|---|---|\n${rows.join('')}`;
}

/** Those whose name is `asked`, or else begins with it. */
export function rigsNamed(asked: string): readonly Rig[] {
  const exact = RIGS.filter(({ name }) => name === asked);
  return exact.length > 0 ? exact : RIGS.filter(({ name }) => name.startsWith(asked));
}
