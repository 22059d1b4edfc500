import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { followApi } from './recorded-source.ts';
import { secret } from './objects.ts';

test('RBAC with resourceNames is enough for Secrets', async () => {
  await using api = await KubernetesApi.start({
    rules: [
      { verbs: ['get', 'list', 'watch'], resources: ['pods'] },
      { verbs: ['get', 'list', 'watch'], resources: ['secrets'], resourceNames: ['routing'] },
    ],
  });
  api.apply(secret('default'));
  await using following = await followApi(api);
  await following.synced();
  await api.untilWatching('secrets');
  assert.deepEqual(following.secrets, ['init', 'init-apply default/routing', 'init-done']);
  const open = await fetch(`${api.url}/api/v1/secrets`);
  assert.equal(open.status, 403, 'a request without the field selector is refused');
  await open.body?.cancel();
});

const ALL = ['get', 'list', 'watch'] as const;

const CASES = [
  {
    name: 'no permission for secrets cluster-wide',
    rules: [{ verbs: ALL, resources: ['pods'] }],
    namespace: undefined,
    where: 'secrets',
    detail:
      'grant apiGroups [""], resources ["secrets"], verbs ["list"] in a ClusterRole bound cluster-wide; resourceNames ["routing"] suffices, the request has fieldSelector metadata.name=routing. list secrets failed: the API server answered 403: ',
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
      'grant apiGroups [""], resources ["secrets"], verbs ["list"] in a ClusterRole bound cluster-wide; resourceNames ["routing"] suffices, the request has fieldSelector metadata.name=routing. list secrets failed: the API server answered 403: ',
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
      'grant apiGroups [""], resources ["pods"], verbs ["watch"] in a Role in namespace mine. watch pods failed: the API server answered 403: ',
  },
] as const;

for (const { name, rules, namespace, where, detail } of CASES) {
  test(`a 403 is reported once with the permission to grant, and ends when it is granted: ${name} (K8-28)`, async () => {
    await using api = await KubernetesApi.start({ rules });
    await using following = await followApi(api, { namespace });
    await following.until(() => following.source.states()[where].failures >= 3);
    await following.problem('forbidden', where);
    assert.equal(following.problems.filter((it) => it.detail.startsWith(detail)).length, 1);
    assert.equal(new Set(following.problems.map((it) => it.detail)).size, following.problems.length);
    api.rules = undefined;
    await following.synced();
    await api.untilWatching(where);
  });
}
