import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podRequests, LIST_MODES } from './pod-requests.ts';
import { followApi } from './recorded-source.ts';
import { pod, secret } from './objects.ts';

for (const { lists, initialRequests } of LIST_MODES) {
  test(`a list is delivered as init to init-done, later changes as apply and delete (streamed: ${lists}) (K8-18)`, async () => {
    await using api = await KubernetesApi.start({ streamingLists: lists });
    api.apply(pod('a'));
    api.apply(pod('b', { namespace: 'other' }));
    api.apply(secret('default'));
    await using following = await followApi(api);
    await following.synced();
    assert.deepEqual(following.pods, ['init', 'init-apply default/a', 'init-apply other/b', 'init-done']);
    assert.deepEqual(following.secrets, ['init', 'init-apply default/routing', 'init-done']);

    api.apply(pod('c'));
    api.apply(pod('a', { address: '127.0.0.9' }));
    api.delete(pod('b', { namespace: 'other' }));
    await following.until(() => following.pods.includes('delete other/b'));
    assert.deepEqual(following.pods.slice(4), ['apply default/c', 'apply default/a', 'delete other/b']);
    assert.equal(following.livePods.get('default/a')?.ip, '127.0.0.9');
    assert.deepEqual(following.problems, []);
    assert.deepEqual(podRequests(api), initialRequests);
    const { phase, lists: listed, watches } = following.source.states().pods;
    assert.deepEqual({ phase, listed, watches }, { phase: 'watching', listed: 1, watches: 1 });
  });
}

test('podway requests filters, pages, bookmarks and a time limit of the watch from the server', async () => {
  await using api = await KubernetesApi.start();
  await using following = await followApi(api);
  await following.synced();
  await api.untilWatching('pods');
  await api.untilWatching('secrets');
  const requestCount = api.requests.map(({ path, query }) => `${path}?${query.toString()}`).sort();
  const version = api.requests.at(-1)?.query.get('resourceVersion');
  const stream =
    'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=300';
  const watch = `watch=true&resourceVersion=${version}&allowWatchBookmarks=true&timeoutSeconds=300`;
  assert.deepEqual(requestCount, [
    '/api/v1/pods?labelSelector=routable%3Dtrue&limit=500',
    `/api/v1/pods?labelSelector=routable%3Dtrue&${watch}`,
    `/api/v1/pods?labelSelector=routable%3Dtrue&${stream}`,
    '/api/v1/secrets?fieldSelector=metadata.name%3Drouting&limit=500',
    // Secrets were requested after pods, whose stream was refused.
    `/api/v1/secrets?fieldSelector=metadata.name%3Drouting&${watch}`,
  ]);
});

test('WATCH_NAMESPACE limits every request to one namespace', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('in', { namespace: 'mine' }));
  api.apply(pod('out', { namespace: 'theirs' }));
  await using following = await followApi(api, { namespace: 'mine' });
  await following.synced();
  await api.untilWatching('pods');
  await api.untilWatching('secrets');
  assert.deepEqual(following.pods, ['init', 'init-apply mine/in', 'init-done']);
  assert.ok(api.requests.every(({ path }) => path.startsWith('/api/v1/namespaces/mine/')));
});

test('a pod that loses its label is deleted, and a pod that gets it is applied', async () => {
  await using api = await KubernetesApi.start();
  const shown = pod('a');
  const hidden = { ...shown, metadata: { ...shown.metadata, labels: { routable: 'false' } } };
  api.apply(shown);
  await using following = await followApi(api);
  await following.synced();
  api.apply(hidden);
  await following.until(() => following.pods.at(-1) === 'delete default/a');
  api.apply(shown);
  await following.until(() => following.pods.at(-1) === 'apply default/a');
});

test('events of one read are delivered within one turn of the event loop', async () => {
  await using api = await KubernetesApi.start();
  await using following = await followApi(api);
  await following.synced();
  const watch = await api.untilWatching('pods');
  const lines = ['a', 'b', 'c'].map((name) => {
    const object = pod(name);
    return JSON.stringify({
      type: 'ADDED',
      object: { ...object, metadata: { ...object.metadata, resourceVersion: '9' } },
    });
  });
  watch.raw(`${lines.join('\n')}\n`);
  await following.until(() => following.pods.includes('apply default/a'));
  const { promise, resolve } = Promise.withResolvers<string[]>();
  setImmediate(() => resolve(following.pods.slice(-3)));
  assert.deepEqual(await promise, ['apply default/a', 'apply default/b', 'apply default/c']);
});
