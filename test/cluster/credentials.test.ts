import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeConfig } from '../../src/cluster/api/kubeconfig/client-node.ts';
import { openSource } from '../../src/cluster/open-source.ts';
import { SourceError } from '../../src/cluster/source.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { LoggedRequest } from '../fixtures/kubernetes-api/request-log.ts';
import { API_TIMEOUT, followApi, IDLE_TIMEOUT } from './following.ts';
import { pod, secret } from './objects.ts';
import { TestClock } from './test-clock.ts';

test('a kubeconfig is read again too, and a wrong token is a problem that names no token', async () => {
  await using api = await KubernetesApi.start({ token: 'right' });
  let token = 'wrong-token';
  await using following = await followApi(api, { kubeconfig: () => api.kubeconfig({ token }) });
  const problem = await following.problem('unauthorized');
  assert.match(problem.detail, /^watch (pods|secrets) was answered 401: Unauthorized$/);
  token = 'right';
  await following.synced();
  assert.ok(!JSON.stringify([following.problems, following.states]).includes('wrong-token'));
});

test('a token that was rotated is read again at once: neither a failure nor a wait', async () => {
  await using api = await KubernetesApi.start({ token: 'first' });
  const testClock = new TestClock();
  await using following = await followApi(api, {
    testClock,
    // Read again, it is always the token of the moment, as the file of a service account is.
    kubeconfig: () => api.kubeconfig(),
  });
  await following.synced();
  await Promise.all([api.watching('pods'), api.watching('secrets')]);
  api.apply(pod('a'));
  api.apply(secret('default'));
  await following.until(() => [...following.pods, ...following.secrets].join().split('apply').length === 3);
  api.token = 'second';
  for (const resource of ['pods', 'secrets']) (await api.watching(resource)).end();
  const isRotated = (it: LoggedRequest) => it.authorization === 'Bearer second';
  await api.seen((it) => isRotated(it) && it.path.endsWith('/pods'));
  await api.seen((it) => isRotated(it) && it.path.endsWith('/secrets'));
  api.apply(pod('b'));
  await following.until(() => following.pods.includes('apply default/b'));
  assert.deepEqual([following.problems, testClock.backoffs], [[], []]);
});

test('an exec plugin gives the token', async () => {
  await using api = await KubernetesApi.start({ token: 'from-plugin' });
  const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' };
  const output = JSON.stringify({ ...credential, status: { token: 'from-plugin' } });
  const user = { exec: { apiVersion: credential.apiVersion, command: 'echo', args: [output] } };
  await using following = await followApi(api, { kubeconfig: () => api.kubeconfig(user) });
  await following.synced();
});

test('an OpenID Connect token is sent as it is while it has not expired', async () => {
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

test('an exec plugin that fails is a problem that quotes nothing of its output, and is tried again', async () => {
  await using api = await KubernetesApi.start({ token: 'right' });
  const plugin = { apiVersion: 'client.authentication.k8s.io/v1', command: 'echo', args: ['hidden-token'] };
  let user: object = { exec: plugin };
  await using following = await followApi(api, { kubeconfig: () => api.kubeconfig(user) });
  const { detail } = await following.problem('credentials');
  assert.equal(detail, 'no credentials for the API server: what should be JSON is not');
  user = { token: 'right' };
  await following.synced();
});

test('a server URL may have a path', async () => {
  await using api = await KubernetesApi.start();
  const kubeconfig = () => api.kubeconfig().replaceAll(api.url, `${api.url}/k8s/clusters/c-1/`);
  await using following = await followApi(api, { kubeconfig });
  await api.seen((it) => it.path === '/k8s/clusters/c-1/api/v1/pods');
  await following.problem('refused', 'pods');
});

const UNUSABLE: readonly (readonly [string, string, RegExp])[] = [
  ['no context', '{"clusters":[],"users":[],"contexts":[]}', /no current context/],
  ['no YAML', '{{{', /the kubeconfig cannot be read/],
  [
    'no URL',
    '{"clusters":[{"name":"c","cluster":{"server":"nowhere"}}],"users":[{"name":"u"}],"contexts":[{"name":"x","context":{"cluster":"c","user":"u"}}],"current-context":"x"}',
    /no http or https URL: nowhere/,
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
