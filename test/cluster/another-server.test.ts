import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { StreamingLists } from '../fixtures/kubernetes-api/answers.ts';
import { followApi } from './recorded-source.ts';
import { pod, secret } from './objects.ts';

// A kubeconfig that is read again may name another cluster (a local cluster that was created again, a context that the
// user switched). A resourceVersion of the first cluster has no meaning in the second.

/** Follows `one`, until `move` makes the kubeconfig name `two` and takes `one` down. Earlier events are forgotten. */
async function followTwo(one: KubernetesApi, two: KubernetesApi) {
  let kubeconfig = () => one.kubeconfig();
  const following = await followApi(one, { kubeconfig: () => kubeconfig() });
  await following.synced();
  await Promise.all([one.untilWatching('pods'), one.untilWatching('secrets')]);
  following.pods.length = 0;
  following.secrets.length = 0;
  const move = async () => {
    kubeconfig = () => two.kubeconfig();
    await one.down();
  };
  return { following, move };
}

for (const [name, streamingLists] of [
  ['in pages', 'refused'],
  ['by streaming', 'supported'],
] as const) {
  test(`another server is listed from the start, ${name}`, async () => {
    await using one = await KubernetesApi.start({ streamingLists, token: 'right' });
    await using two = await KubernetesApi.start({ streamingLists });
    for (const it of ['a', 'b', 'c']) one.apply(pod(it));
    one.apply(secret('default'));
    two.apply(pod('z'));
    const { following: followed, move } = await followTwo(one, two);
    await using following = followed;
    await move();
    await following.synced();
    assert.deepEqual(following.pods, ['init', 'init-apply default/z', 'init-done']);
    assert.deepEqual(following.secrets, ['init', 'init-done']);
    // No request had a version of the first server, whose versions are higher; the watches may have been requested by
    // now.
    const newest = Number(two.apply(pod('z')).metadata.resourceVersion);
    const versions = two.requests
      .map(({ query }) => query.get('resourceVersion'))
      .filter((it) => it !== null);
    assert.ok(
      versions.every((version) => Number(version) <= newest),
      versions.join(),
    );
    const reported = following.problems.filter(({ reason }) => reason === 'another-server');
    assert.deepEqual(
      new Set(reported.map(({ detail }) => detail)),
      new Set(
        ['pods', 'secrets'].map((it) => `the kubeconfig names another API server now; listing ${it} there`),
      ),
    );
    // An empty list that the same server would have to confirm is normal for another server.
    const odd = ['older-list', 'suddenly-empty', 'version-went-back'];
    assert.deepEqual(
      following.problems.filter(({ reason }) => odd.includes(reason)),
      [],
    );
    two.apply(pod('y'));
    await following.until(() => following.pods.at(-1) === 'apply default/y');
  });
}

/** The result of the first list of pods from the other server. */
const FIRST_LISTS: readonly (readonly [string, StreamingLists, ((two: KubernetesApi) => void)?])[] = [
  ['listed in pages', 'refused'],
  ['streamed', 'supported'],
  [
    'streamed, and closed before its end',
    'supported',
    (two) => two.injectFault({ resource: 'pods', verb: 'watch', streamed: true }, { kind: 'cut', after: 10 }),
  ],
  ['watched, since the server cannot stream lists', 'ignored'],
  [
    'listed in pages, and closed before its end',
    'refused',
    (two) => two.injectFault({ resource: 'pods', verb: 'list' }, { kind: 'cut', after: 10 }),
  ],
];

for (const [name, streamingLists, spoil] of FIRST_LISTS) {
  test(`pods of another server wait for its keys, however long that takes: ${name}`, async () => {
    await using one = await KubernetesApi.start();
    await using two = await KubernetesApi.start({ streamingLists });
    one.apply(pod('a'));
    for (const object of [pod('a', { address: '127.0.0.9' }), secret('default')]) two.apply(object);
    two.rules = [{ resources: ['pods'], verbs: ['list', 'watch'] }];
    spoil?.(two);
    const { following: followed, move } = await followTwo(one, two);
    await using following = followed;
    await move();
    await following.problem('forbidden', 'secrets');
    await two.untilRequested(({ path, verb }) => path === '/api/v1/pods' && verb !== undefined);
    if (streamingLists === 'ignored') (await two.untilWatching('pods')).bookmark();
    const failures = () => following.source.states().secrets.failures;
    const before = failures();
    await following.until(() => failures() >= before + 3);
    assert.deepEqual(following.pods, []);
    two.rules = undefined;
    await following.until(() => following.pods.length > 0);
    assert.deepEqual(following.secrets, ['init', 'init-apply default/routing', 'init-done']);
    await following.until(() => following.livePods.get('default/a')?.ip === '127.0.0.9');
  });
}

test('the same server is watched from the last version after an outage', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('a'));
  await using following = await followApi(api);
  await following.synced();
  await Promise.all([api.untilWatching('pods'), api.untilWatching('secrets')]);
  await api.down();
  await following.problem('unreachable');
  await api.up();
  api.apply(pod('b'));
  await following.until(() => following.pods.at(-1) === 'apply default/b');
  assert.deepEqual(following.pods, ['init', 'init-apply default/a', 'init-done', 'apply default/b']);
});
