import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeConfig } from '../../src/cluster/api/kubeconfig/client-node.ts';
import { openSource } from '../../src/cluster/open-source.ts';
import { SourceError } from '../../src/cluster/source.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { LoggedRequest } from '../fixtures/kubernetes-api/request-log.ts';
import { API_TIMEOUT, followApi, IDLE_TIMEOUT } from './recorded-source.ts';
import { pod, secret } from './objects.ts';
import { TestClock } from './test-clock.ts';

test('a kubeconfig is read again, too, and the problem about a wrong token contains no token', async () => {
  await using api = await KubernetesApi.start({ token: 'right' });
  let token = 'wrong-token';
  await using following = await followApi(api, { kubeconfig: () => api.kubeconfig({ token }) });
  const problem = await following.problem('unauthorized');
  assert.match(problem.detail, /^watch (pods|secrets) failed: the API server answered 401: Unauthorized$/);
  token = 'right';
  await following.synced();
  assert.ok(!JSON.stringify([following.problems, following.states]).includes('wrong-token'));
});

test('a rotated token is read again immediately, without a failure and without a wait', async () => {
  await using api = await KubernetesApi.start({ token: 'first' });
  const testClock = new TestClock();
  await using following = await followApi(api, {
    testClock,
    // A file that is read again always has the current token, like the file of a service account.
    kubeconfig: () => api.kubeconfig(),
  });
  await following.synced();
  await Promise.all([api.untilWatching('pods'), api.untilWatching('secrets')]);
  api.apply(pod('a'));
  api.apply(secret('default'));
  await following.until(() => [...following.pods, ...following.secrets].join().split('apply').length === 3);
  api.token = 'second';
  for (const resource of ['pods', 'secrets']) (await api.untilWatching(resource)).end();
  const isRotated = (it: LoggedRequest) => it.authorization === 'Bearer second';
  await api.untilRequested((it) => isRotated(it) && it.path.endsWith('/pods'));
  await api.untilRequested((it) => isRotated(it) && it.path.endsWith('/secrets'));
  api.apply(pod('b'));
  await following.until(() => following.pods.includes('apply default/b'));
  assert.deepEqual([following.problems, testClock.backoffs], [[], []]);
});

test('the token comes from an exec plugin', async () => {
  await using api = await KubernetesApi.start({ token: 'from-plugin' });
  const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' };
  const output = JSON.stringify({ ...credential, status: { token: 'from-plugin' } });
  const user = { exec: { apiVersion: credential.apiVersion, command: 'echo', args: [output] } };
  await using following = await followApi(api, { kubeconfig: () => api.kubeconfig(user) });
  await following.synced();
});

test('an OpenID Connect token is sent unchanged until it expires', async () => {
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const token = [
    part({ alg: 'none' }),
    part({ exp: Math.ceil(Date.now() / 1_000) + 3_600 }),
    'signature',
  ].join('.');
  await using api = await KubernetesApi.start({ token });
  const user = { 'auth-provider': { name: 'oidc', config: { 'client-id': 'podway', 'id-token': token } } };
  await using following = await followApi(api, { kubeconfig: () => api.kubeconfig(user) });
  await following.synced();
  assert.deepEqual(following.problems, []);
});

test('the problem about an exec plugin that fails does not quote its output, and the plugin is run again', async () => {
  await using api = await KubernetesApi.start({ token: 'right' });
  const plugin = { apiVersion: 'client.authentication.k8s.io/v1', command: 'echo', args: ['hidden-token'] };
  let user: object = { exec: plugin };
  await using following = await followApi(api, { kubeconfig: () => api.kubeconfig(user) });
  const { detail } = await following.problem('credentials');
  assert.equal(detail, 'no credentials for the API server: expected JSON, found something else');
  user = { token: 'right' };
  await following.synced();
});

test('a server URL may have a path', async () => {
  await using api = await KubernetesApi.start();
  const kubeconfig = () => api.kubeconfig().replaceAll(api.url, `${api.url}/k8s/clusters/c-1/`);
  await using following = await followApi(api, { kubeconfig });
  await api.untilRequested((it) => it.path === '/k8s/clusters/c-1/api/v1/pods');
  await following.problem('refused', 'pods');
});

const UNUSABLE: readonly (readonly [string, string, RegExp])[] = [
  ['no context', '{"clusters":[],"users":[],"contexts":[]}', /no current context/],
  ['no YAML', '{{{', /the kubeconfig cannot be read/],
  [
    'no URL',
    '{"clusters":[{"name":"c","cluster":{"server":"nowhere"}}],"users":[{"name":"u"}],"contexts":[{"name":"x","context":{"cluster":"c","user":"u"}}],"current-context":"x"}',
    /not an http or https URL: nowhere/,
  ],
];

for (const [name, text, message] of UNUSABLE) {
  test(`a kubeconfig that cannot be used is an error before anything starts: ${name}`, async () => {
    const load = () => {
      const config = new KubeConfig();
      config.loadFromString(text);
      return config;
    };
    const annotations = { hosts: 'h', paths: 'p', options: 'o' };
    const scope = {
      namespace: undefined,
      labelSelector: '',
      secretName: 's',
      secretField: 'f',
      tlsSecrets: [],
      annotations,
    };
    await assert.rejects(
      () =>
        openSource({
          ...scope,
          from: { kubernetes: { load, idleTimeout: IDLE_TIMEOUT, timeout: API_TIMEOUT } },
        }),
      (error) => error instanceof SourceError && message.test(error.message),
    );
  });
}
