import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';

test('services of auth= are defined by variables of their own', () => {
  const loaded = loadConfig({
    AUTH_SSO_URL: 'http://oauth2-proxy.auth.svc:4180/oauth2/auth',
    AUTH_SSO_HEADERS: 'X-Auth-Request-User, X-Auth-Request-Email',
    AUTH_MY_IDP_URL: 'https://idp.example.com/check',
    AUTH_MY_IDP_TIMEOUT: '500ms',
  });
  assert.ok('config' in loaded);
  assert.deepEqual(loaded.config.auths, [
    { name: 'my-idp', url: 'https://idp.example.com/check', headers: [], timeout: 500 },
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
  'AUTH_SSO_HEADERS of ours': { AUTH_SSO_URL: 'http://a/', AUTH_SSO_HEADERS: 'X-Forwarded-For' },
  AUTH_SSO_TIMEOUT: { AUTH_SSO_URL: 'http://a/', AUTH_SSO_TIMEOUT: '2h' },
};

for (const [name, env] of Object.entries(WRONG))
  test(`${name} is told`, () => {
    const loaded = loadConfig(env);
    assert.ok('problems' in loaded);
    assert.match(loaded.problems.join('\n'), new RegExp(`^${name.split(' ')[0]}: expected `, 'm'));
  });
