import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SETTINGS } from '../../src/config/table.ts';
import { unknownVariables } from '../../src/config/unknown-variables.ts';

const MEANT: Readonly<Record<string, string>> = {
  LOG_LEVL: 'LOG_LEVEL',
  LOGLEVEL: 'LOG_LEVEL',
  log_level: 'LOG_LEVEL',
  'LOG-LEVEL': 'LOG_LEVEL',
  ADMINPORT: 'ADMIN_PORT',
  PODWAY_PORT: 'PORT',
  PODWAY_LOG_LEVEL: 'LOG_LEVEL',
  TRUSTED_PROXYS: 'TRUSTED_PROXIES',
  API_KEY_SECRET_LOCATOIN: 'API_KEY_SECRET_LOCATION',
  WORKER: 'WORKERS',
};

for (const [name, meant] of Object.entries(MEANT)) {
  test(`${name}: ${meant} was meant`, () => {
    assert.deepEqual(unknownVariables({ PATH: '/bin', [name]: '8' }), [{ name, meant }]);
  });
}

test('variables of other programs are not reported', () => {
  const others =
    'PATH HOME HOST HOSTNAME TERM USER SHELL PWD OLDPWD LANG TZ TMPDIR EDITOR PORTS KEY KEYS_FILE TRACE ZONES EVENT TLS_CERT TLS_KEY ' +
    'HTTP_PROXY HTTPS_PROXY NO_PROXY NODE_ENV NODE_OPTIONS NODE_EXTRA_CA_CERTS NODE_COMPILE_CACHE KUBECONFIG KUBERNETES_PORT ' +
    'KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT OTEL_EXPORTER_OTLP_ENDPOINT OTEL_SERVICE_NAME npm_config_loglevel ' +
    'npm_lifecycle_event POD_NAME POD_NAMESPACE POD_IP SSL_CERT_FILE CI DEBUG HISTFILE HISTSIZE LOGNAME DISPLAY ' +
    'PODWAY_ADDRESS PODWAY_URL PODWAY_HOST PODWAY_PROXY PODWAY_OPERATOR_TOKEN_FILE AUTH_SSO_URL AUTH_TOKEN';
  assert.deepEqual(unknownVariables(Object.fromEntries(others.split(' ').map((name) => [name, '1']))), []);
});

test('settings, links to a Service named podway, empty values and a variant of a setting that is set are not reported', () => {
  assert.deepEqual(
    unknownVariables(Object.fromEntries(Object.values(SETTINGS).map(({ name }) => [name, '1']))),
    [],
  );
  assert.deepEqual(
    unknownVariables({ PODWAY_PORT: 'tcp://10.0.0.1:80', LOG_LEVL: '', LOGLEVEL: 'info', LOG_LEVEL: 'warn' }),
    [],
  );
});

test('a misspelt variable of a defined service is reported', () => {
  assert.deepEqual(
    unknownVariables({ AUTH_SSO_URL: 'http://a', AUTH_SSO_HEADER: 'X-User', AUTH_X_HEADER: '1' }),
    [{ name: 'AUTH_SSO_HEADER', meant: 'AUTH_SSO_HEADERS' }],
  );
});

test('at most ten variables are reported', () => {
  const many = Array.from({ length: 100 }, (_, at) => [
    `LOG_LEVEL${'_'.repeat(at % 50)}${at < 50 ? '' : '-'}`,
    '1',
  ]);
  assert.equal(unknownVariables(Object.fromEntries(many.slice(1))).length, 10);
});
