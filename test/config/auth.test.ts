import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { optionRules } from '../../src/config/pod-options.ts';
import { listOptions, NO_LIST, readOptions } from '../../src/wiring/options/read-options.ts';

test('each service of auth= is defined by its own variables', () => {
  const loaded = loadConfig({
    AUTH_SSO_URL: 'http://oauth2-proxy.auth.svc:4180/oauth2/auth',
    AUTH_SSO_HEADERS: 'X-Auth-Request-User, X-Auth-Request-Email',
    AUTH_MY_IDP_URL: 'https://idp.example.com/check?allowed_groups=admins',
    AUTH_MY_IDP_TIMEOUT: '500ms',
  });
  assert.ok('config' in loaded);
  assert.deepEqual(loaded.config.auths, [
    { name: 'my-idp', url: 'https://idp.example.com/check?allowed_groups=admins', headers: [], timeout: 500 },
    {
      name: 'sso',
      url: 'http://oauth2-proxy.auth.svc:4180/oauth2/auth',
      headers: ['X-Auth-Request-User', 'X-Auth-Request-Email'],
      timeout: 5_000,
    },
  ]);
});

const WRONG: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AUTH_SSO_URL: { AUTH_SSO_URL: 'ftp://a/' },
  'AUTH_SSO_URL without': { AUTH_SSO_HEADERS: 'X-User' },
  'AUTH_SSO_URL with a user': { AUTH_SSO_URL: 'http://a:b@c/' },
  AUTH_SSO_HEADERS: { AUTH_SSO_URL: 'http://a/', AUTH_SSO_HEADERS: 'Host' },
  'AUTH_SSO_URL with a fragment': { AUTH_SSO_URL: 'http://a/#b' },
  'AUTH_SSO_HEADERS of bodies': { AUTH_SSO_URL: 'http://a/', AUTH_SSO_HEADERS: 'Content-Type' },
  'AUTH_SSO_HEADERS of clients': { AUTH_SSO_URL: 'http://a/', AUTH_SSO_HEADERS: 'Set-Cookie' },
  'AUTH_SSO_HEADERS twice': { AUTH_SSO_URL: 'http://a/', AUTH_SSO_HEADERS: 'X-User,x_user' },
  'AUTH_<NAME>_HEADERS too many': Object.fromEntries(
    ['A', 'B', 'C'].flatMap((name) => [
      [`AUTH_${name}_URL`, 'http://a/'],
      [`AUTH_${name}_HEADERS`, Array.from({ length: 30 }, (_, at) => `X-${name}${at}`).join()],
    ]),
  ),
  'API_KEY_HEADER="X-User" of the service': {
    API_KEY_HEADER: 'X-User',
    AUTH_SSO_URL: 'http://a/',
    AUTH_SSO_HEADERS: 'X-User',
  },
  'AUTH_SSO_HEADERS of ours': { AUTH_SSO_URL: 'http://a/', AUTH_SSO_HEADERS: 'X-Forwarded-For' },
  AUTH_SSO_TIMEOUT: { AUTH_SSO_URL: 'http://a/', AUTH_SSO_TIMEOUT: '2h' },
};

for (const [name, env] of Object.entries(WRONG))
  test(`${name} is reported`, () => {
    const loaded = loadConfig(env);
    assert.ok('problems' in loaded);
    assert.match(loaded.problems.join('\n'), new RegExp(`^${name.split(' ')[0]}: expected `, 'm'));
  });

test('no option sets or drops a field that a service sets', () => {
  const loaded = loadConfig({ AUTH_SSO_URL: 'http://a/', AUTH_SSO_HEADERS: 'X-Auth-User' });
  assert.ok('config' in loaded);
  for (const word of ['set-request="x_auth_user: root"', 'drop-request=X-Auth-User']) {
    const list = listOptions([word]);
    assert.ok(list instanceof Map);
    const read = readOptions(list, NO_LIST, optionRules(loaded.config));
    assert.ok('reason' in read);
    assert.equal(read.reason, 'option-malformed');
  }
});
