import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { dataPlaneSettings } from '../../src/config/worker-settings.ts';
import type { Machine } from '../../src/config/machine.ts';
import { SETTINGS } from '../../src/config/table.ts';

const MACHINE: Machine = { cores: 4, memory: 2 ** 30, openFiles: 1_024, sharesPorts: true };

function settingsOf(env: Record<string, string>, machine = MACHINE) {
  const loaded = loadConfig(env);
  assert.ok('config' in loaded);
  return dataPlaneSettings(loaded.config, machine, 'i');
}

const CONNECTIONS: readonly (readonly [Record<string, string>, Machine, number])[] = [
  [{}, MACHINE, (1_024 - 128 - 32) / 2],
  [{ WORKERS: '4' }, MACHINE, (1_024 - 128 - 4 * 8) / 8],
  [{ WORKERS: 'auto' }, MACHINE, (1_024 - 128 - 4 * 8) / 8],
  [{}, { cores: 1, memory: 2 ** 30, openFiles: 64, sharesPorts: true }, 1],
  [{}, { cores: 1, memory: 2 ** 30, openFiles: Number.POSITIVE_INFINITY, sharesPorts: true }, 65_536],
  [{ MAX_CONNECTIONS: '1000', WORKERS: '2' }, MACHINE, 500],
];

for (const [env, machine, expected] of CONNECTIONS) {
  test(`${JSON.stringify(env)} with ${machine.openFiles} files: ${expected} connections a worker`, () => {
    assert.equal(settingsOf(env, machine).limits.connections, expected);
  });
}

test('so many requests may be answered as clients may be connected, or as the setting says', () => {
  assert.equal(settingsOf({ WORKERS: '2' }).overload.inFlight, (1_024 - 128 - 2 * 16) / 4);
  assert.equal(settingsOf({ WORKERS: '2', MAX_IN_FLIGHT: '100' }).overload.inFlight, 50);
  assert.equal(settingsOf({ WORKERS: '4', MAX_IN_FLIGHT: '1' }).overload.inFlight, 1);
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

test('every size and time of the table reaches the data plane', () => {
  const mainThreadOnly =
    'DRAIN_DELAY KEY_RELEASE_DELAY KEY_LOOKUPS_PER_SECOND MAX_CONNECTIONS WORKERS ADMIN_PORT EVENTS_PER_SECOND EVENTS_QUEUE WATCH_IDLE_TIMEOUT API_TIMEOUT POD_METRICS_MAX LOG_INTERVAL MAX_ROUTES MAX_ROUTES_PER_NAMESPACE MAX_ROUTES_PER_POD'.split(
      ' ',
    );
  const numeric = Object.values(SETTINGS).filter(
    ({ name, fallback }) => /^\d/.test(fallback) && !mainThreadOnly.includes(name),
  );
  const before = JSON.stringify(settingsOf({}));
  for (const { name, fallback } of numeric) {
    const other = fallback === '0' ? '7' : fallback.replace(/\d+/, (digits) => String(Number(digits) + 1));
    const env = { [name]: other, ...(name === 'PROXY_BUFFER_SIZE' && { PROXY_BUFFER_MEMORY: '64m' }) };
    assert.notEqual(JSON.stringify(settingsOf(env)), before, name);
  }
});

test('settings survive structured clone', () => {
  const settings = settingsOf({ TRUSTED_PROXIES: '10.0.0.0/8' });
  assert.deepEqual(structuredClone(settings), settings);
});
