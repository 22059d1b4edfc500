import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../rig/kubernetes-api.ts';
import { followApi } from './following.ts';
import { secret } from './objects.ts';

const OTHERS = 5_000;
const other = (index: number) => {
  const object = secret(`n${index % 100}`);
  return { ...object, metadata: { ...object.metadata, name: `other-${index}`, uid: `uid-${index}` } };
};

test(`K8-31: ${OTHERS} Secrets of other names are never fetched, nor are events of them`, async () => {
  await using api = await KubernetesApi.start();
  api.apply(secret('mine'));
  for (let index = 0; index < OTHERS; index += 1) api.apply(other(index));
  await using following = await followApi(api);
  await following.synced();
  await api.watching('secrets');
  for (let index = 0; index < OTHERS; index += 1) api.apply(other(index));
  api.apply(secret('late'));
  await following.until(() => following.secrets.includes('apply late/routing'));
  assert.deepEqual(following.secrets, ['init', 'init-apply mine/routing', 'init-done', 'apply late/routing']);
  const selectors = api.requests
    .filter(({ path }) => path === '/api/v1/secrets')
    .map(({ query }) => query.get('fieldSelector'));
  assert.deepEqual(new Set(selectors), new Set(['metadata.name=routing']));
  assert.deepEqual(
    api.requests.filter(({ path }) => path.includes('/secrets/')),
    [],
    'none is read by itself',
  );
});
