import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { loadConfig } from '../../src/config/load.ts';
import { workerSettings } from '../../src/config/worker-settings.ts';
import type { Machine } from '../../src/config/machine.ts';
import { SETTINGS } from '../../src/config/table.ts';

const MACHINE: Machine = { cores: 4, memory: 2 ** 30, openFiles: 1_024, sharesPorts: true };

function settingsOf(env: Record<string, string>, machine = MACHINE) {
  const loaded = loadConfig(env);
  assert.ok('config' in loaded);
  return workerSettings(loaded.config, machine, 'i');
}

const CONNECTIONS: readonly (readonly [Record<string, string>, Machine, number])[] = [
  [{ OPERATOR_PORT: 'none' }, MACHINE, (1_024 - 128 - 32) / 2],
  [{}, MACHINE, (1_024 - 128 - (16 + 48) - 32) / 2],
  [{ OPERATOR_STREAMS: '64' }, MACHINE, (1_024 - 128 - (64 + 48) - 32) / 2],
  [{ WORKERS: '4' }, MACHINE, (1_024 - 128 - 64 - 4 * 8) / 8],
  [{ WORKERS: 'auto' }, MACHINE, (1_024 - 128 - 64 - 4 * 8) / 8],
  [{}, { cores: 1, memory: 2 ** 30, openFiles: 64, sharesPorts: true }, 2],
  [{}, { cores: 1, memory: 2 ** 30, openFiles: Number.POSITIVE_INFINITY, sharesPorts: true }, 65_536],
  [{ MAX_CONNECTIONS: '1000', WORKERS: '2' }, MACHINE, 500],
  [{ MAX_CONNECTIONS: '6', WORKERS: '4' }, MACHINE, 2],
];

for (const [env, machine, expected] of CONNECTIONS) {
  test(`${JSON.stringify(env)} with ${machine.openFiles} files: ${expected} connections a worker`, () => {
    assert.equal(settingsOf(env, machine).maxConnections, expected);
  });
}

test('the maximum of requests is that of connected clients, or the setting', () => {
  assert.equal(settingsOf({ WORKERS: '2' }).maxInFlight, (1_024 - 128 - 64 - 2 * 16) / 4);
  assert.equal(settingsOf({ WORKERS: '2', MAX_IN_FLIGHT: '100' }).maxInFlight, 50);
  assert.equal(settingsOf({ WORKERS: '4', MAX_IN_FLIGHT: '1' }).maxInFlight, 1);
});

test('the port is shared only among several workers', () => {
  assert.equal(settingsOf({}).reusePort, false);
  assert.equal(settingsOf({ WORKERS: '2' }).reusePort, true);
  assert.equal(
    settingsOf({ WORKERS: 'auto' }, { cores: 1, memory: 2 ** 30, openFiles: 1_024, sharesPorts: true })
      .reusePort,
    false,
  );
});

test('listeners take at most every 32nd descriptor', () => {
  assert.equal(settingsOf({}).listeners, 32);
  assert.equal(settingsOf({ WORKERS: '4' }).listeners, 8);
  assert.equal(settingsOf({}, { cores: 1, memory: 2 ** 30, openFiles: 256, sharesPorts: true }).listeners, 8);
  assert.equal(settingsOf({}, { cores: 1, memory: 2 ** 30, openFiles: 16, sharesPorts: true }).listeners, 1);
  assert.equal(
    settingsOf({}, { cores: 1, memory: 2 ** 30, openFiles: Number.POSITIVE_INFINITY, sharesPorts: true })
      .listeners,
    32,
  );
});

test('where a port cannot be shared there is one listener', () => {
  assert.equal(settingsOf({}, { ...MACHINE, sharesPorts: false }).listeners, 1);
});

test('a setting has the name of its variable', () => {
  for (const [key, { name }] of Object.entries(SETTINGS)) assert.equal(key, camelCase(name));
});

test('a worker that starts later verifies certificates of clients with the contents of CLIENT_CA_FILE at that time', () => {
  const loaded = loadConfig({});
  assert.ok('config' in loaded);
  const clientCa = { pem: 'first' };
  const settings = workerSettings(loaded.config, MACHINE, 'i', clientCa);
  assert.equal(structuredClone(settings).clientCa, 'first');
  clientCa.pem = 'second';
  assert.equal(structuredClone(settings).clientCa, 'second');
});

/** Values that a worker gets and that no variable sets. */
const DERIVED = ['auths', 'workers', 'instance', 'clientCa', 'heap', 'reusePort', 'listeners', 'bodyGrace'];
/** Settings that only the main thread needs. */
const MAIN_THREAD_ONLY =
  'ADMIN_ADDRESS ADMIN_HOSTS ADMIN_PORT ADMIN_ROUTES API_KEY_SECRET_LOCATION API_TIMEOUT AUDIT_ARGV AUDIT_LOG CLIENT_CA_FILE DRAIN_DELAY EVENTS EVENTS_PER_SECOND EVENTS_QUEUE HISTORY HISTORY_MEMORY HOSTS_ANNOTATION HOST_GRANTS HOST_GRANTS_DEFAULT HOST_GRANTS_LIST HOST_NETWORK_PODS KEYS KEY_LOOKUPS_PER_SECOND KEY_RELEASE_DELAY KUBE_CONTEXT LABEL_CHECK_INTERVAL LOG_INTERVAL LOG_LEVEL MANIFESTS MAX_ROUTES MAX_ROUTE_BUFFER MAX_ROUTE_TIMEOUT MAX_ROUTES_PER_NAMESPACE MAX_ROUTES_PER_POD OPERATOR_ADDRESS OPERATOR_HOSTS OPERATOR_PORT OPERATOR_STREAMS OPERATOR_TOKEN_FILE OPTIONS OPTIONS_ANNOTATION PATHS_ANNOTATION POD_ADDRESSES POD_METRICS_MAX READINESS_GATE READINESS_GATES_PER_SECOND REQUIRE_CONTAINER_PORT REQUIRE_READY ROUTABLE_LABEL_SELECTOR TERMINAL_ADDRESS TERMINAL_CERTIFICATE TERMINAL_COMMANDS TERMINAL_IDLE TERMINAL_MAX TERMINAL_ORIGINS TERMINAL_PER_USER TERMINAL_PORT TERMINAL_RECORD TERMINAL_RECORD_INPUT TERMINAL_RECORD_SIZE TERMINAL_SESSIONS TLS_CERTIFICATES TLS_SECRETS TLS_TENANT_CA_FILE TLS_TICKET_SECRET_FILE TRACE_QUEUE WATCH_IDLE_TIMEOUT WATCH_NAMESPACE WORKERS ZONE_PREFERENCE'.split(
    ' ',
  );

test('a worker gets every setting under its name, except those of the main thread', () => {
  const expected = Object.entries(SETTINGS).filter(([, { name }]) => !MAIN_THREAD_ONLY.includes(name));
  assert.deepEqual(Object.keys(settingsOf({})).sort(), [...expected.map(([key]) => key), ...DERIVED].sort());
});

test('every size and time of the table reaches the data plane, and changes no other value there', () => {
  const numeric = Object.entries(SETTINGS).filter(
    ([, { name, fallback }]) => /^\d+[a-z]*$/.test(fallback) && !MAIN_THREAD_ONLY.includes(name),
  );
  const before: Record<string, unknown> = { ...settingsOf({}) };
  for (const [key, { name, fallback }] of numeric) {
    const next = fallback === '0' ? '7' : fallback.replace(/\d+/, (digits) => String(Number(digits) + 1));
    const other = name === 'DRAIN_CLOSE_CODE' ? '1012' : next;
    const after: Record<string, unknown> = { ...settingsOf({ [name]: other }) };
    const changed = Object.keys(after).filter(
      (it) => it !== 'heap' && !isDeepStrictEqual(after[it], before[it]),
    );
    assert.deepEqual(changed, [key], name);
  }
});

test('a router that reaches pods by tunnels expects a browser on its machine, unless a setting disables that', () => {
  const rules = (env: Record<string, string>) => {
    const { hostSuffix, allowedOrigins } = settingsOf(env);
    return { hostSuffix, allowedOrigins };
  };
  const tunnel = { POD_ACCESS: 'tunnel' };
  assert.deepEqual(rules({}), { hostSuffix: '', allowedOrigins: 'any' });
  assert.deepEqual(rules(tunnel), { hostSuffix: '.localhost', allowedOrigins: [] });
  const none = { HOST_SUFFIX: 'none', ALLOWED_ORIGINS: 'any' };
  assert.deepEqual(rules({ ...tunnel, ...none }), { hostSuffix: '', allowedOrigins: 'any' });
  const some = { HOST_SUFFIX: '.Dev.local', ALLOWED_ORIGINS: 'served, https://A.example:443 ext://x' };
  assert.deepEqual(rules(some), {
    hostSuffix: '.dev.local',
    allowedOrigins: ['https://a.example', 'ext://x'],
  });
});

test('a zone is preferred where the operator enables it and names the zone', () => {
  const zoneOf = (env: Record<string, string>) => settingsOf(env).zone;
  assert.equal(zoneOf({ ZONE: 'a' }), '');
  assert.equal(zoneOf({ ZONE_PREFERENCE: 'true' }), '');
  assert.equal(zoneOf({ ZONE_PREFERENCE: 'true', ZONE: 'eu-central-1a' }), 'eu-central-1a');
});

test('settings survive structured clone', () => {
  const settings = settingsOf({ TRUSTED_PROXIES: '10.0.0.0/8' });
  assert.deepEqual(structuredClone(settings), settings);
});

function camelCase(variable: string): string {
  return variable.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
