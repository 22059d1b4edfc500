import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { isPodList } from './pod-requests.ts';
import { followApi } from './recorded-source.ts';
import { pod } from './objects.ts';

const PODS = 1201;

async function crowded(): Promise<KubernetesApi> {
  const api = await KubernetesApi.start();
  for (let i = 0; i < PODS; i++) api.apply(pod(`pod-${i}`));
  return api;
}

test('a large list arrives in pages of 500 and is delivered as one init', async () => {
  await using api = await crowded();
  await using following = await followApi(api);
  await following.synced();
  assert.equal(api.requests.filter(isPodList).length, 3);
  assert.equal(following.pods.filter((it) => it.startsWith('init-apply')).length, PODS);
  assert.equal(new Set(following.pods).size, PODS + 2);
  assert.equal(following.pods.filter((it) => it === 'init').length, 1);
});

test('compaction between two pages has the same effect as an expired token', async () => {
  await using api = await crowded();
  api.injectFault({ resource: 'pods', verb: 'list', continued: true }, { kind: 'refuse' });
  await using following = await followApi(api);
  await api.untilRequested((it) => isPodList(it) && it.query.has('continue'));
  api.compact();
  await following.synced();
  assert.equal(following.pods.length - following.pods.lastIndexOf('init'), PODS + 2);
});
