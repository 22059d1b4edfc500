import {
  bindAddress,
  choice,
  cidrList,
  duration,
  flag,
  hostList,
  orAuto,
  size,
  text,
  whole,
} from './grammar.ts';
import type { AuthService } from '../boundary/auth-service.ts';
import { AUTH } from './auth.ts';
import { DROPPED_BY_DEFAULT, dropHeaders } from './drop-headers.ts';
import { HEADS } from './heads.ts';
import { keyHeader } from './header.ts';
import { HTTP2 } from './http2.ts';
import { annotationKey, namespaceName, secretLocation, selector } from './kubernetes.ts';
import { LOCAL } from './local.ts';
import { OPERATOR_SETTINGS } from './operator.ts';
import { POD_TLS } from './pod-tls.ts';
import { PROXY_PROTOCOL } from './proxy-protocol.ts';
import { RATES } from './rates.ts';
import { ROUTES } from './routes.ts';
import { type Setting, setting } from './setting.ts';
import { UPGRADES } from './upgrades.ts';
import { TLS } from './tls.ts';
import { TELEMETRY } from './telemetry.ts';
import { TERMINAL } from './terminal.ts';
import { TUNNELS } from './tunnels.ts';
import { WAITS } from './waits.ts';
import { POD_OPTION_SETTINGS } from './pod-options.ts';
import { WRITES } from './writes.ts';

export type { Setting } from './setting.ts';

/** All settings of podway. The names of the first block are those of k8s-router. */
export const SETTINGS = {
  apiKeyHeader: setting(
    'API_KEY_HEADER',
    'X-ROUTING-API-KEY',
    keyHeader(),
    'Request header that carries the key of a namespace; its case does not matter, and characters other than letters and digits count as `-`',
  ),
  apiKeySecretLocation: setting(
    'API_KEY_SECRET_LOCATION',
    'routing:api-key',
    secretLocation(),
    'Secret and field that hold the key of a namespace; fields with that name plus `.suffix` hold further keys',
  ),
  hostsAnnotation: setting(
    'HOSTS_ANNOTATION',
    'routingHosts',
    annotationKey(),
    'Pod annotation that lists hosts',
  ),
  pathsAnnotation: setting(
    'PATHS_ANNOTATION',
    'routingPaths',
    annotationKey(),
    'Pod annotation that lists `port:path` pairs',
  ),
  port: setting('PORT', '80', whole(1, 65_535), 'Port for routed requests'),
  routableLabelSelector: setting(
    'ROUTABLE_LABEL_SELECTOR',
    'routable=true',
    selector(),
    'Label selector of the pods to route to',
  ),
  clientMaxBodySize: setting(
    'CLIENT_MAX_BODY_SIZE',
    '0',
    size('0', '1048576g'),
    'Maximum size of a request body; larger requests get 413; 0 = no limit',
  ),

  address: setting('ADDRESS', '', bindAddress(), 'Address to listen on for routed requests; empty = all'),
  adminAddress: setting('ADMIN_ADDRESS', '', bindAddress(), 'Address of the admin listener; empty = all'),
  adminPort: setting(
    'ADMIN_PORT',
    '9090',
    whole(1, 65_535),
    'Port of the admin listener: /healthz, /readyz, /metrics, /routes',
  ),
  adminHosts: setting(
    'ADMIN_HOSTS',
    '',
    hostList(),
    'Additional host names that the admin listener accepts in `Host`, `*.example.com` for all names below it; addresses, `localhost`, names without a dot, `.svc` and `.cluster.local` are always accepted',
  ),
  workers: setting(
    'WORKERS',
    '1',
    orAuto(whole(1, 256)),
    'Number of worker threads; `auto` = one per core that the process may use, but no more than its memory allows',
  ),
  manifests: setting(
    'MANIFESTS',
    '',
    text('the path of a folder', /^[^\0]*$/),
    'Folder of Pod and Secret manifests to route from instead of a cluster',
  ),
  watchNamespace: setting('WATCH_NAMESPACE', '', namespaceName(), 'The only namespace to watch; empty = all'),
  keyReleaseDelay: setting(
    'KEY_RELEASE_DELAY',
    '30s',
    duration('0s', '24h'),
    'How long the keys of a deleted Secret stay in force before its namespace needs no key; must be longer than it takes to mark the pods of a deleted namespace as terminating. Also how long podway remembers a namespace that has neither a key nor pods',
  ),
  keyLookupsPerSecond: setting(
    'KEY_LOOKUPS_PER_SECOND',
    '50',
    whole(1, 10_000),
    'Maximum number of GET requests per second that check whether a new namespace has a key Secret; its pods get no requests until the response arrives',
  ),
  ...WRITES,
  watchIdleTimeout: setting(
    'WATCH_IDLE_TIMEOUT',
    '150s',
    duration('1s', '1h'),
    'Time without any data after which podway restarts a watch; API servers send a bookmark about once a minute',
  ),
  apiTimeout: setting(
    'API_TIMEOUT',
    '30s',
    duration('1s', '10m'),
    'Maximum time that podway waits for the API server to begin a response or to continue a list before it repeats the request',
  ),
  labelCheckInterval: setting(
    'LABEL_CHECK_INTERVAL',
    '10m',
    duration('0s', '24h'),
    'How often podway lists the metadata of the pods that the label selector excludes, to report those that have routing annotations but a misspelt label or none; 0 = never',
  ),
  requireReady: setting('REQUIRE_READY', 'true', flag(), 'Route only to pods that are Ready'),
  requireContainerPort: setting(
    'REQUIRE_CONTAINER_PORT',
    'true',
    flag(),
    'Route only to ports that a container declares',
  ),
  ...POD_OPTION_SETTINGS,
  ...RATES,
  ...AUTH,
  ...ROUTES,
  pathMatch: setting(
    'PATH_MATCH',
    'segment',
    choice('segment', 'prefix'),
    '`segment`: `/a` matches `/a` and `/a/x`; `prefix`: also `/ab`, as nginx did',
  ),
  unknownHost: setting(
    'UNKNOWN_HOST',
    'close',
    choice('close', '404', '421'),
    'What a request for a host without routes gets: a closed connection, or this status',
  ),
  ...LOCAL,
  healthPath: setting(
    'HEALTH_PATH',
    '',
    text('a path such as /healthz, in printable ASCII without ? and #', /^(?:\/[!"$->@-~]*)?$/),
    'Path at which the routed ports answer the health checks of load balancers (GET or HEAD): 200, or 503 before the first sync and after SIGTERM; only if `Host` is not a routed host; empty = off',
  ),
  forwardApiKey: setting(
    'FORWARD_API_KEY',
    'false',
    flag(),
    'Forward the key header to pods whose namespace accepted the key',
  ),
  ...UPGRADES,
  dropHeaders: setting(
    'DROP_HEADERS',
    DROPPED_BY_DEFAULT,
    dropHeaders(),
    'Request headers that podway removes unless the peer is one of `TRUSTED_PROXIES`, including spellings with other separators; `none` = podway removes none',
  ),
  trustedProxies: setting(
    'TRUSTED_PROXIES',
    '',
    cidrList(),
    'Peers whose `X-Forwarded-*` and `X-Request-Id` podway trusts, and which may send the headers of `DROP_HEADERS` and `https://` targets',
  ),

  ...PROXY_PROTOCOL,

  ...TELEMETRY,

  proxyBufferSize: setting(
    'PROXY_BUFFER_SIZE',
    '256k',
    size('4k', '1g'),
    'Maximum memory for buffering one response for a slow client',
  ),
  proxyBufferMemory: setting(
    'PROXY_BUFFER_MEMORY',
    '64m',
    size('1m', '64g'),
    'Memory for all buffered responses of one worker; while it is used up, podway reads from a pod only if fewer than 16 KiB wait for the client, so each further response adds up to 80 KiB',
  ),
  maxConnections: setting(
    'MAX_CONNECTIONS',
    'auto',
    orAuto(whole(2, 10_000_000)),
    'Maximum number of client connections, divided among the workers; at the limit podway closes a connection that waits for a request to accept the new one, or, if none waits, closes the new one; a WebSocket over HTTP/2 counts as a connection, besides the one on which it runs, so each worker accepts at least 2; `auto` = derived from the file-descriptor limit, at most 65536',
  ),
  maxConnectionsShare: setting(
    'MAX_CONNECTIONS_SHARE',
    '75',
    whole(1, 100),
    'Percentage of `MAX_CONNECTIONS` that one client uses at most by its WebSockets, its connections with requests, and those with answers of pods that it has not taken; further requests get 503. It is also the percentage of `TLS_HANDSHAKES` that one client uses at most, see there. A client is the same as for `MAX_IN_FLIGHT_SHARE`; 100 = all, as behind a load balancer that hides the addresses of its clients',
  ),
  maxInFlight: setting(
    'MAX_IN_FLIGHT',
    'auto',
    orAuto(whole(1, 10_000_000)),
    'Maximum number of requests in flight, divided among the workers; further ones get 503; over HTTP/2, requests count whose answers the client has not taken; `auto` = the same number as for `MAX_CONNECTIONS`',
  ),
  maxInFlightShare: setting(
    'MAX_IN_FLIGHT_SHARE',
    '75',
    whole(1, 100),
    'Percentage of `MAX_IN_FLIGHT` that the requests of one client use at most; further ones get 503. A client is an address (of IPv6, its /64), behind `TRUSTED_PROXIES` the address that they report; 100 = all, as behind a load balancer that hides the addresses of its clients',
  ),
  requestMemory: setting(
    'REQUEST_MEMORY',
    '64m',
    size('1m', '64g'),
    'Maximum memory for the bytes of requests that no pod has read yet, per worker; at the limit, podway discards data that no pod waits for, and if that is not enough, answers requests that have a body with 503',
  ),
  requestBodyRate: setting(
    'REQUEST_BODY_RATE',
    '500',
    size('0', '1g'),
    'Minimum rate of a request body in bytes per second; a slower body gets 408 after 20 s; only the time that podway waits for the client counts; does not apply to gRPC, to tunnels, or after the response has begun; 0 = no minimum',
  ),
  collectRequest: setting(
    'COLLECT_REQUEST',
    '0',
    size('0', '1g'),
    'podway collects request bodies up to this size (such as `64k`) and sends them to a pod with a Content-Length; it streams longer bodies and gRPC; 0 = it streams all bodies',
  ),
  shedAtHeap: setting(
    'SHED_AT_HEAP',
    '90',
    whole(1, 100),
    "Percentage of a worker's JavaScript heap in use at which it starts to answer requests with 503",
  ),
  refuseAtHeap: setting(
    'REFUSE_AT_HEAP',
    '95',
    whole(1, 100),
    "Percentage of a worker's JavaScript heap in use at which it closes new connections",
  ),
  shedAtLag: setting(
    'SHED_AT_LAG',
    '200ms',
    duration('1ms', '168h'),
    'Event-loop lag at which a worker sheds load: when the lag exceeds this for several turns (or the loop never rests while twice this much work is queued), the worker admits only as many requests as it completes and answers the rest with 503',
  ),
  ...HEADS,
  upstreamIdleConnections: setting(
    'UPSTREAM_IDLE_CONNECTIONS',
    '1024',
    whole(0, 65_535),
    'Maximum number of idle connections to each pod port, per worker; 0 = none, and requests carry `Connection: close`',
  ),
  ...POD_TLS,
  upstreamRetries: setting(
    'UPSTREAM_RETRIES',
    '2',
    whole(0, 10),
    'Maximum number of other pods to try when the first one fails before it has sent any byte of a response',
  ),

  ...HTTP2,

  ...WAITS,
  ...TLS,
  ...OPERATOR_SETTINGS,
  ...TERMINAL,
  ...TUNNELS,
} as const;

type Settings = typeof SETTINGS;

/** The values of the settings: sizes in bytes, times in milliseconds. `auths`: the services that AUTH_<NAME>_ variables define. */
export type Config = {
  readonly [K in keyof Settings]: Settings[K] extends Setting<infer T> ? T : never;
} & { readonly auths: readonly AuthService[] };
