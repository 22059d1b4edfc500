import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../rig/kubernetes-api.ts';
import { followApi } from './following.ts';
import { pod, secret } from './objects.ts';
import { TestClock } from './test-clock.ts';

test('RBAC with resourceNames suffices for the secrets', async () => {
  await using api = await KubernetesApi.start({
    rules: [
      { verbs: ['get', 'list', 'watch'], resources: ['pods'] },
      { verbs: ['get', 'list', 'watch'], resources: ['secrets'], resourceNames: ['routing'] },
    ],
  });
  api.apply(secret('default'));
  await using following = await followApi(api);
  await following.synced();
  await api.watching('secrets');
  assert.deepEqual(following.secrets, ['init', 'init-apply default/routing', 'init-done']);
  const open = await fetch(`${api.url}/api/v1/secrets`);
  assert.equal(open.status, 403, 'without the field selector it does not');
  await open.body?.cancel();
});

const ALL = ['get', 'list', 'watch'] as const;

const CASES = [
  {
    name: 'nothing about secrets cluster-wide',
    rules: [{ verbs: ALL, resources: ['pods'] }],
    namespace: undefined,
    where: 'secrets',
    detail:
      'grant apiGroups [""], resources ["secrets"], verbs ["watch"] in a ClusterRole bound cluster-wide; resourceNames ["routing"] suffices, the request has fieldSelector metadata.name=routing. watch secrets was answered 403: ',
  },
  {
    name: 'list secrets cluster-wide',
    rules: [
      { verbs: ALL, resources: ['pods'] },
      { verbs: ['watch'], resources: ['secrets'] },
    ],
    namespace: undefined,
    where: 'secrets',
    detail:
      'grant apiGroups [""], resources ["secrets"], verbs ["list"] in a ClusterRole bound cluster-wide; resourceNames ["routing"] suffices, the request has fieldSelector metadata.name=routing. list secrets was answered 403: ',
  },
  {
    name: 'watch pods in one namespace',
    rules: [
      { verbs: ['list'], resources: ['pods'] },
      { verbs: ALL, resources: ['secrets'] },
    ],
    namespace: 'mine',
    where: 'pods',
    detail:
      'grant apiGroups [""], resources ["pods"], verbs ["watch"] in a Role in namespace mine. watch pods was answered 403: ',
  },
] as const;

for (const { name, rules, namespace, where, detail } of CASES) {
  test(`K8-28: 403 names what RBAC must grant, once, and goes away when granted: ${name}`, async () => {
    await using api = await KubernetesApi.start({ rules });
    await using following = await followApi(api, { namespace });
    await following.until(() => following.source.states()[where].failures >= 3);
    await following.problem('forbidden', where);
    assert.equal(following.problems.filter((it) => it.detail.startsWith(detail)).length, 1);
    assert.equal(new Set(following.problems.map((it) => it.detail)).size, following.problems.length);
    api.rules = undefined;
    await following.synced();
    await api.watching(where);
  });
}

test('K8-28: 403 later keeps what was delivered', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('a'));
  await using following = await followApi(api);
  const watch = await api.watching('pods');
  await following.synced();
  api.rules = [{ verbs: ['list', 'watch'], resources: ['secrets'] }];
  watch.end();
  await following.problem('forbidden', 'pods');
  assert.deepEqual(following.pods, ['init', 'init-apply default/a', 'init-done']);
  assert.equal(following.source.states().pods.synced, true);
  assert.equal(following.source.states().pods.phase, 'backing-off');
});

const BUSY = [
  { name: '429 with Retry-After', code: 429, headers: { 'retry-after': '7' }, backoff: 7000 },
  { name: '429 without', code: 429, headers: {}, backoff: 100 },
  { name: '503 with Retry-After', code: 503, headers: { 'retry-after': '3' }, backoff: 3000 },
  {
    name: 'an absurd Retry-After is bounded',
    code: 429,
    headers: { 'retry-after': '86400' },
    backoff: 60_000,
  },
  {
    name: 'a date is not understood',
    code: 503,
    headers: { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' },
    backoff: 100,
  },
  { name: 'an HTML page', code: 502, headers: {}, body: '<html>secret</html>', backoff: 100 },
];

for (const { name, code, headers, body, backoff } of BUSY) {
  test(`K8-07: a busy server is left alone for as long as it asks: ${name}`, async () => {
    await using api = await KubernetesApi.start();
    const testClock = new TestClock();
    const fault = { kind: 'status', code, headers, ...(body !== undefined && { body }) } as const;
    api.fault({ resource: 'pods', verb: 'list' }, fault);
    await using following = await followApi(api, { testClock });
    await following.synced();
    assert.deepEqual(testClock.backoffs, [backoff]);
    const problem = await following.problem(code === 429 ? 'throttled' : 'server-error');
    assert.ok(!problem.detail.includes('html'));
  });
}
