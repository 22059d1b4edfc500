import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DROPPED_BY_DEFAULT } from '../../src/config/drop-headers.ts';
import { type Config, loadConfig } from '../../src/config/load.ts';
import { SETTINGS } from '../../src/config/table.ts';
import { testTitle } from '../fixtures/test-title.ts';

const JUNK = '*&^^%&%$$^&%&';

function configOf(env: Record<string, string>): Config {
  const loaded = loadConfig(env);
  assert.ok('config' in loaded, JSON.stringify(loaded));
  return loaded.config;
}

function problemsOf(env: Record<string, string>): readonly string[] {
  const loaded = loadConfig(env);
  return 'problems' in loaded ? loaded.problems : [];
}

test('what an empty environment means (C1)', () => {
  const { routableLabelSelector, ...config } = configOf({});
  assert.equal(routableLabelSelector.text, 'routable=true');
  assert.deepEqual(config, {
    apiKeyHeader: 'x-routing-api-key',
    authInFlight: 1_000,
    auths: [],
    apiKeySecretLocation: { name: 'routing', field: 'api-key' },
    hostsAnnotation: 'routingHosts',
    pathsAnnotation: 'routingPaths',
    port: 80,
    clientMaxBodySize: 0,
    address: '',
    adminAddress: '',
    adminPort: 9090,
    adminHosts: [],
    workers: 1,
    manifests: '',
    watchNamespace: '',
    keyReleaseDelay: 30_000,
    keyLookupsPerSecond: 50,
    events: false,
    readinessGate: 'none',
    readinessGatesPerSecond: 50,
    eventsPerSecond: 5,
    eventsQueue: 1_000,
    watchIdleTimeout: 150_000,
    labelCheckInterval: 600_000,
    apiTimeout: 30_000,
    requireReady: true,
    requireContainerPort: true,
    options: 'all',
    optionsAnnotation: 'routingOptions',
    zonePreference: false,
    zone: '',
    hostGrants: 'report',
    hostGrantsDefault: [],
    hostGrantsList: [],
    pathMatch: 'segment',
    unknownHost: 'close',
    kubeContext: '',
    hostSuffix: 'auto',
    allowedOrigins: 'auto',
    forwardApiKey: false,
    healthPath: '',
    upgrades: ['websocket'],
    decomposeQueryargs: 'off',
    dropHeaders: DROPPED_BY_DEFAULT.toLowerCase().split(','),
    trustedProxies: [],
    proxyProtocol: 'off',
    accessLog: 'off',
    podMetrics: 'latency',
    podMetricsMax: 1_000,
    operatorPort: 9_909,
    operatorAddress: '127.0.0.1',
    operatorTokenFile: '',
    operatorHosts: [],
    operatorStreams: 16,
    adminRoutes: true,
    ownAnswers: 1_000,
    history: 1_000,
    historyMemory: 8 * 1024 * 1024,
    traces: 'off',
    traceSampling: 0.01,
    traceSpansPerSecond: 500,
    traceQueue: 4_096,
    logLevel: 'info',
    logInterval: 60_000,
    drainDelay: 5_000,
    drainTimeout: 30_000,
    drainCloseCode: '1001',
    proxyBufferSize: 262_144,
    proxyBufferMemory: 67_108_864,
    maxConnectionAge: 0,
    maxConnections: 'auto',
    maxInFlight: 'auto',
    maxConnectionsShare: 75,
    maxInFlightShare: 75,
    rateClients: 65_536,
    rateIpv6Prefix: 64,
    requestBodyRate: 500,
    requestMemory: 67_108_864,
    shedAtHeap: 90,
    refuseAtHeap: 95,
    shedAtLag: 200,
    maxRequestLine: 8_192,
    maxRequestHead: 32_768,
    maxRequestFields: 100,
    maxResponseHead: 65_536,
    maxRouteBuffer: 1_048_576,
    maxRouteTimeout: 3_600_000,
    maxRoutes: 100_000,
    maxRoutesPerNamespace: 10_000,
    maxRoutesPerPod: 1_000,
    podAddresses: 'auto',
    hostNetworkPods: true,
    maxResponseFields: 256,
    maxInterimResponses: 32,
    upstreamIdleConnections: 1024,
    upstreamRetries: 2,
    requestHeadTimeout: 10_000,
    http2: true,
    http2ConnectionWindow: 1_048_576,
    http2Invalid: 100,
    http2Plain: false,
    http2Resets: { burst: 200, perSecond: 33 },
    http2StreamWindow: 65_536,
    http2Streams: 128,
    keepaliveTimeout: 75_000,
    clientIdleTimeout: 60_000,
    collectRequest: 0,
    connectTimeout: 2_000,
    responseHeadTimeout: 60_000,
    upstreamIdleTimeout: 60_000,
    upstreamKeepaliveTimeout: 4_000,
    tunnelIdleTimeout: 3_600_000,
    lingerTimeout: 2_000,
    halfCloseTimeout: 50,
    ejectionTime: 10_000,
    ejectionMaxTime: 60_000,
    httpsRedirect: 'false',
    httpsRedirectPort: 443,
    hsts: '',
    clientCertificates: 'off',
    clientCaFile: '',
    tlsPort: 'none',
    tlsMinVersion: '1.2',
    tlsCiphers: SETTINGS.tlsCiphers.fallback,
    tlsHandshakeTimeout: 10_000,
    tlsHandshakes: 512,
    tlsContexts: 1_024,
    tlsSessionTimeout: 43_200_000,
    tlsTicketSecretFile: '',
    terminalPort: 'none',
    terminalAddress: '127.0.0.1',
    terminalCertificate: '',
    terminalOrigins: [],
    terminalSessions: 50,
    terminalPerUser: 5,
    terminalCommands: [],
    auditArgv: 'off',
    auditLog: 'off',
    terminalIdle: 900_000,
    terminalMax: 28_800_000,
    terminalRecord: '',
    terminalRecordInput: false,
    terminalRecordSize: 104_857_600,
    upstreamCaFile: '',
    upstreamStreams: 100,
    tlsSecrets: ['routing-tls'],
    tlsCertificates: '',
    tlsTenantCaFile: '',
    podAccess: 'direct',
    keys: 'check',
    maxTunnels: 256,
    tunnelOpensPerSecond: 20,
    tunnelConnectTimeout: 10_000,
    tunnelPing: 20_000,
  });
});

test('an empty value is an unset one (C11)', () => {
  const set = configOf({
    PORT: '',
    ROUTABLE_LABEL_SELECTOR: '',
    ACCESS_LOG: '',
    API_KEY_SECRET_LOCATION: '',
  });
  assert.equal(set.port, 80);
  assert.equal(set.routableLabelSelector.text, 'routable=true');
  assert.equal(set.accessLog, 'off');
  assert.equal(set.apiKeySecretLocation.name, 'routing');
});

test('every variable of k8s-router is accepted (C9)', () => {
  const config = configOf({
    API_KEY_SECRET_LOCATION: 'custom:another-custom',
    HOSTS_ANNOTATION: 'trafficHosts',
    PATHS_ANNOTATION: 'publicPaths',
    PORT: '81',
    ROUTABLE_LABEL_SELECTOR: 'route-me=true',
  });
  assert.deepEqual(config.apiKeySecretLocation, { name: 'custom', field: 'another-custom' });
  assert.equal(config.hostsAnnotation, 'trafficHosts');
  assert.equal(config.pathsAnnotation, 'publicPaths');
  assert.equal(config.port, 81);
  assert.ok(config.routableLabelSelector.matches(new Map([['route-me', 'true']])));
  assert.ok(!config.routableLabelSelector.matches(new Map([['routable', 'true']])));
});

type Good = readonly [row: string, variable: string, value: string, key: keyof Config, read: unknown];

const GOOD: readonly Good[] = [
  ['C7', 'PORT', '65535', 'port', 65_535],
  ['C7', 'PORT', '0080', 'port', 80],
  ['C10', 'HOSTS_ANNOTATION', 'example.com/hosts', 'hostsAnnotation', 'example.com/hosts'],
  ['C10', 'HOSTS_ANNOTATION', 'Publichosts', 'hostsAnnotation', 'Publichosts'],
  ['C13', 'CLIENT_MAX_BODY_SIZE', '1234m', 'clientMaxBodySize', 1_234 * 1_048_576],
  ['C13', 'CLIENT_MAX_BODY_SIZE', '10K', 'clientMaxBodySize', 10_240],
  ['C13', 'CLIENT_MAX_BODY_SIZE', '1g', 'clientMaxBodySize', 1_073_741_824],
  ['C13', 'CLIENT_MAX_BODY_SIZE', '0', 'clientMaxBodySize', 0],
  ['C14', 'API_KEY_HEADER', 'X-SOMETHING-CUSTOM_API*KEY', 'apiKeyHeader', 'x-something-custom-api-key'],
  ['', 'TLS_PORT', '8443', 'tlsPort', 8_443],
  ['', 'TLS_SECRETS', 'none', 'tlsSecrets', []],
  ['', 'TLS_SECRETS', 'a, b a', 'tlsSecrets', ['a', 'b']],
  ['', 'TLS_CIPHERS', 'TLS_AES_128_GCM_SHA256', 'tlsCiphers', 'TLS_AES_128_GCM_SHA256'],
  ['', 'CONNECT_TIMEOUT', '500ms', 'connectTimeout', 500],
  ['', 'CONNECT_TIMEOUT', '3', 'connectTimeout', 3_000],
  ['', 'DRAIN_TIMEOUT', '2m', 'drainTimeout', 120_000],
  ['', 'TUNNEL_IDLE_TIMEOUT', '24h', 'tunnelIdleTimeout', 86_400_000],
  ['', 'READINESS_GATE', 'podway.dev/routable', 'readinessGate', 'podway.dev/routable'],
  ['', 'DRAIN_CLOSE_CODE', '1012', 'drainCloseCode', '1012'],
  ['', 'DRAIN_CLOSE_CODE', 'none', 'drainCloseCode', 'none'],
  ['', 'DRAIN_DELAY', '0', 'drainDelay', 0],
  ['', 'UPSTREAM_KEEPALIVE_TIMEOUT', '0', 'upstreamKeepaliveTimeout', 0],
  ['', 'UPSTREAM_IDLE_CONNECTIONS', '0', 'upstreamIdleConnections', 0],
  ['', 'WORKERS', 'auto', 'workers', 'auto'],
  ['', 'WORKERS', '4', 'workers', 4],
  ['', 'ADDRESS', '::1', 'address', '::1'],
  ['', 'REQUIRE_READY', 'false', 'requireReady', false],
  ['', 'DROP_HEADERS', 'none', 'dropHeaders', []],
  ['', 'DROP_HEADERS', 'X-Original-URL, x_user,X-Original-URL', 'dropHeaders', ['x-original-url', 'x_user']],
  ['', 'UPGRADES', 'none', 'upgrades', []],
  ['', 'DECOMPOSE_QUERYARGS', 'on', 'decomposeQueryargs', 'on'],
  ['', 'UPGRADES', 'WebSocket, tcp,SPDY/3.1, tcp', 'upgrades', ['websocket', 'tcp', 'spdy/3.1']],
  [
    '',
    'TRUSTED_PROXIES',
    '10.0.0.0/8, fd00::/8 192.0.2.1',
    'trustedProxies',
    ['10.0.0.0/8', 'fd00::/8', '192.0.2.1'],
  ],
];

for (const [row, variable, value, key, read] of GOOD) {
  test(testTitle(row, `${variable}=${value} is accepted`), () => {
    assert.deepEqual(configOf({ [variable]: value })[key], read);
  });
}

const BAD: readonly (readonly [row: string, variable: string, ...values: string[]])[] = [
  ['C2', 'API_KEY_SECRET_LOCATION', 'routing'],
  ['C3', 'API_KEY_SECRET_LOCATION', 'a:b:c', ':', 'a:', ':b', 'a/b:c', 'a:b/c', 'A:b'],
  ['C4', 'HOSTS_ANNOTATION', JUNK, 'a/b/c', '/a', 'a/', '-a', 'a'.repeat(64)],
  ['C5', 'PATHS_ANNOTATION', JUNK],
  ['C6', 'PORT', JUNK, '-1'],
  ['C7', 'PORT', '0', '65536', '80 ', '0x50', '8e1', '99999999999999999999'],
  ['C8', 'ROUTABLE_LABEL_SELECTOR', JUNK, 'a in ()', '=b'],
  ['C13', 'CLIENT_MAX_BODY_SIZE', 'abc', '-1', '5x', '1.5m', '9999999g', 'k'],
  ['AU-32', 'API_KEY_HEADER', 'Host', 'connection', 'Content-Length', 'Transfer_Encoding', 'TE', 'Upgrade'],
  ['AU-32', 'API_KEY_HEADER', 'X-Forwarded-For', 'x_forwarded_host', 'Forwarded', 'X-Request-Id', 'Expect'],
  ['AU-32', 'API_KEY_HEADER', 'Sec-WebSocket-Key', 'X Key', 'X-Key:', '---', 'X-K\u00e9y', 'a'.repeat(200)],
  ['', 'ADMIN_PORT', '70000', 'http'],
  ['', 'TLS_PORT', '0', 'none', '70000'],
  ['', 'TLS_MIN_VERSION', '1.1', 'TLSv1.2'],
  ['', 'TLS_CIPHERS', 'HIGH', 'TLS_AES_128_GCM_SHA256:none', 'ECDHE-RSA-AES128-GCM-SHA256:'],
  ['', 'ADDRESS', 'localhost', '127.0.0.1:80', '300.1.1.1', '[::1]'],
  ['', 'WORKERS', '0', '-1', 'all', '1.5', '1000'],
  ['', 'WATCH_NAMESPACE', 'a,b', 'A', 'a.b'],
  ['', 'ACCESS_LOG', 'on', 'JSON'],
  ['', 'REQUIRE_READY', 'yes', '1'],
  ['', 'TRUSTED_PROXIES', '10.0.0.0/33', '10.0.0', 'fe80::/200', '10.0.0.0/8/8', 'proxy.local'],
  ['', 'DROP_HEADERS', 'Host', 'X_Forwarded_For', 'content.length', 'a b:', 'X-A,none', ',', 'x'.repeat(129)],
  ['', 'DROP_HEADERS', Array.from({ length: 65 }, (_, at) => `x${at}`).join()],
  ['', 'UPGRADES', 'h2', 'websocket,H2C', 'TLS/1.2', 'tls', 'HTTP/2.0', 'a/b/c', 'none,tcp', ','],
  ['', 'DECOMPOSE_QUERYARGS', 'true', '1', 'ON'],
  ['', 'UPGRADES', 'web;socket', '/3.1', Array.from({ length: 17 }, (_, at) => `p${at}`).join()],
  ['', 'POD_ACCESS', 'tunnels', 'TUNNEL', '1'],
  ['', 'KEYS', 'false', 'on'],
  ['', 'MAX_TUNNELS', '0', '65536'],
  ['', 'TUNNEL_OPENS_PER_SECOND', '0', '1.5'],
  ['', 'TUNNEL_PING', '4s', '1h'],
  ['', 'CONNECT_TIMEOUT', '0', '-1s', '2 s', '1d', '1h30m', '200h', 's'],
  ['', 'UNKNOWN_HOST', '444'],
  ['', 'MAX_CONNECTIONS', '0', '1', 'none'],
  ['', 'HOST_SUFFIX', 'localhost', '.', '.local host', '..a', '.a-', '.a:80', `.${'a'.repeat(64)}`],
  [
    '',
    'ALLOWED_ORIGINS',
    'served,a.example',
    'https://a.example',
    'served,https://a/b',
    'any,served',
    'served,null',
    'served,http://u@a',
  ],
];

for (const [row, variable, ...values] of BAD) {
  for (const value of values) {
    test(
      testTitle(row, `${variable}=${value} is refused with its name, its value and what is expected`),
      () => {
        const [problem = '', ...more] = problemsOf({ [variable]: value });
        assert.match(problem, new RegExp(`^${variable}=".*": expected .+`));
        assert.deepEqual(more, []);
      },
    );
  }
}

test('the message shows the expected form (C2)', () => {
  const problems = problemsOf({ API_KEY_SECRET_LOCATION: 'routing' });
  assert.deepEqual(problems, [
    'API_KEY_SECRET_LOCATION="routing": expected <Secret name>:<field>, such as routing:api-key',
  ]);
});

test('all problems are reported together, in the order of the settings table', () => {
  const problems = problemsOf({
    WORKERS: 'x',
    PORT: 'abc',
    API_KEY_SECRET_LOCATION: 'x',
    HOSTS_ANNOTATION: JUNK,
  });
  const names = problems.map((problem) => problem.replace(/=.*/, ''));
  assert.deepEqual(names, ['API_KEY_SECRET_LOCATION', 'HOSTS_ANNOTATION', 'PORT', 'WORKERS']);
});

test('a value is printed in one line, shortened', () => {
  const [problem = ''] = problemsOf({ PORT: `\u001b[2J\n\u009b\u202e${'x'.repeat(10_000)}` });
  assert.match(problem, /^[\x20-\x7e]+$/);
  assert.ok(problem.length < 250);
});

const CONTRADICTIONS: readonly Record<string, string>[] = [
  { MAX_REQUEST_LINE: '64k', MAX_REQUEST_HEAD: '32k' },
  { PROXY_BUFFER_SIZE: '128m', PROXY_BUFFER_MEMORY: '64m' },
  { EJECTION_TIME: '2m', EJECTION_MAX_TIME: '1m' },
  { ADMIN_PORT: '8080', PORT: '8080' },
  { PATHS_ANNOTATION: 'a', HOSTS_ANNOTATION: 'a' },
  { DROP_HEADERS: 'X.Key', API_KEY_HEADER: 'x-key' },
  { POD_ACCESS: 'tunnel', MANIFESTS: '/pods' },
];

for (const env of CONTRADICTIONS) {
  test(`${Object.keys(env).join(' and ')} must agree`, () => {
    const [problem = ''] = problemsOf(env);
    for (const [name, value] of Object.entries(env))
      assert.ok(problem.includes(`${name}="${value}"`), problem);
  });
}

test('in tunnel mode only this machine is served, unless an address is set (PT-19)', () => {
  const addresses = (env: Record<string, string>) => {
    const { address, adminAddress } = configOf(env);
    return [address, adminAddress];
  };
  assert.deepEqual(addresses({ POD_ACCESS: 'direct' }), ['', '']);
  assert.deepEqual(addresses({ POD_ACCESS: 'tunnel' }), ['127.0.0.1', '127.0.0.1']);
  assert.deepEqual(addresses({ POD_ACCESS: 'tunnel', ADDRESS: '0.0.0.0' }), ['0.0.0.0', '127.0.0.1']);
});

test('keys may be switched off only for clients on this machine, and only in tunnel mode (PT-19)', () => {
  for (const ADDRESS of ['', '127.0.0.1', '127.9.9.9', '::1'])
    assert.equal(configOf({ KEYS: 'off', POD_ACCESS: 'tunnel', ADDRESS }).keys, 'off');
  for (const env of [
    {},
    { POD_ACCESS: 'direct', ADDRESS: '127.0.0.1' },
    { POD_ACCESS: 'tunnel', ADDRESS: '0.0.0.0' },
    { POD_ACCESS: 'tunnel', ADDRESS: '::' },
    { POD_ACCESS: 'tunnel', ADDRESS: '10.0.0.1' },
  ])
    assert.match(problemsOf({ KEYS: 'off', ...env }).join(), /^KEYS="off": expected check/);
});

test('headers that distinguish browsers from other clients cannot be dropped, or have the key, where podway checks them', () => {
  const env = { DROP_HEADERS: 'X-A,Referer', ALLOWED_ORIGINS: 'served' };
  assert.match(
    problemsOf(env).join(),
    /^DROP_HEADERS="X-A,Referer": expected no header that distinguishes browsers/,
  );
  assert.deepEqual(problemsOf({ DROP_HEADERS: 'X-A,Referer' }), []);
  assert.match(
    problemsOf({ DROP_HEADERS: 'SEC_FETCH.SITE', ALLOWED_ORIGINS: 'served' }).join(),
    /^DROP_HEADERS="SEC_FETCH.SITE": expected no header that distinguishes browsers/,
  );
  const copied = { AUTH_SSO_URL: 'http://sso/', AUTH_SSO_HEADERS: 'X-User, ORIGIN' };
  assert.match(
    problemsOf({ ...copied, ALLOWED_ORIGINS: 'served' }).join(),
    /^AUTH_<NAME>_HEADERS: expected no header that distinguishes browsers/,
  );
  assert.deepEqual(problemsOf(copied), []);
  assert.match(
    problemsOf({ API_KEY_HEADER: 'Origin', ALLOWED_ORIGINS: 'served' }).join(),
    /^API_KEY_HEADER="Origin": expected another header than those that distinguish browsers/,
  );
  assert.deepEqual(problemsOf({ API_KEY_HEADER: 'Origin' }), []);
});

test('both listeners may have the same port on different addresses', () => {
  const config = configOf({
    PORT: '8080',
    ADMIN_PORT: '8080',
    ADDRESS: '127.0.0.1',
    ADMIN_ADDRESS: '127.0.0.2',
  });
  assert.equal(config.adminPort, 8080);
});
