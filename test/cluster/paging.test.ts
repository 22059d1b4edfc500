import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../rig/kubernetes-api.ts';
import type { Fault } from '../rig/kubernetes-api/fault.ts';
import { isPodList } from './asked.ts';
import { followApi } from './following.ts';
import { pod } from './objects.ts';

const PODS = 1201;

async function crowded(): Promise<KubernetesApi> {
  const api = await KubernetesApi.start();
  for (let i = 0; i < PODS; i++) api.apply(pod(`pod-${i}`));
  return api;
}

test('a large list comes in pages of 500 as one init', async () => {
  await using api = await crowded();
  await using following = await followApi(api);
  await following.synced();
  assert.equal(api.requests.filter(isPodList).length, 3);
  assert.equal(following.pods.filter((it) => it.startsWith('init-apply')).length, PODS);
  assert.equal(new Set(following.pods).size, PODS + 2);
  assert.equal(following.pods.filter((it) => it === 'init').length, 1);
});

interface Broken {
  readonly name: string;
  readonly fault: Fault;
  /** Limits of the requests, and whether each is a later page. */
  readonly requests: readonly string[];
}

const BROKEN: readonly Broken[] = [
  {
    name: 'a forgotten continue token: everything at once, as paging was too slow',
    fault: { kind: 'status', code: 410 },
    requests: ['500', '500+', 'all'],
  },
  { name: '500', fault: { kind: 'status', code: 500 }, requests: ['500', '500+', '500', '500+', '500+'] },
  { name: 'a reset', fault: { kind: 'cut', after: 1000 }, requests: ['500', '500+', '500', '500+', '500+'] },
  {
    name: 'no JSON',
    fault: { kind: 'body', text: '{"items":[' },
    requests: ['500', '500+', '500', '500+', '500+'],
  },
  { name: 'no list', fault: { kind: 'body', text: '{}' }, requests: ['500', '500+', '500', '500+', '500+'] },
];

for (const { name, fault, requests } of BROKEN) {
  test(`K8-17: a list that breaks off on its second page is begun anew and never half published: ${name}`, async () => {
    await using api = await crowded();
    api.fault({ resource: 'pods', verb: 'list', continued: true }, fault);
    await using following = await followApi(api);
    await following.synced();
    const asked = api.requests.filter(isPodList).map(({ query }) => {
      return `${query.get('limit') ?? 'all'}${query.has('continue') ? '+' : ''}`;
    });
    assert.deepEqual(asked, requests);
    const lastInit = following.pods.lastIndexOf('init');
    assert.equal(following.pods.indexOf('init-done'), following.pods.length - 1);
    assert.equal(following.pods.length - lastInit, PODS + 2);
  });
}

test('compaction between two pages is such a forgotten token', async () => {
  await using api = await crowded();
  api.fault({ resource: 'pods', verb: 'list', continued: true }, { kind: 'refuse' });
  await using following = await followApi(api);
  await api.seen((it) => isPodList(it) && it.query.has('continue'));
  api.compact();
  await following.synced();
  assert.equal(following.pods.length - following.pods.lastIndexOf('init'), PODS + 2);
});
