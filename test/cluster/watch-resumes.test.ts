import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podRequests, isPodWatch, LIST_MODES, watchedFrom } from './pod-requests.ts';
import { followApi, IDLE_TIMEOUT } from './recorded-source.ts';
import { pod } from './objects.ts';
import { TestClock } from './test-clock.ts';

for (const { lists, initialRequests } of LIST_MODES) {
  test(`a watch that ends normally is resumed immediately, after the last event (streamed: ${lists})`, async () => {
    await using api = await KubernetesApi.start({ streamingLists: lists });
    const testClock = new TestClock();
    await using following = await followApi(api, { testClock });
    const watch = await api.untilWatching('pods');
    const { resourceVersion } = api.apply(pod('a')).metadata;
    await following.until(() => following.pods.includes('apply default/a'));
    watch.end();
    api.apply(pod('b'));
    await following.until(() => following.pods.includes('apply default/b'));
    assert.deepEqual(podRequests(api), [...initialRequests, 'watch']);
    assert.equal(watchedFrom(api).at(-1), resourceVersion);
    assert.deepEqual(following.pods, ['init', 'init-done', 'apply default/a', 'apply default/b']);
    assert.deepEqual([following.problems, testClock.backoffs], [[], []]);
  });
}

test('a watch that ends immediately without an event is not retried in a tight loop', async () => {
  await using api = await KubernetesApi.start();
  const testClock = new TestClock();
  api.injectFault({ resource: 'pods', verb: 'watch', times: 4 }, { kind: 'body', text: '' });
  await using following = await followApi(api, { testClock });
  await api.untilWatching('pods');
  assert.deepEqual(testClock.backoffs, [100, 200, 400, 800]);
  await following.problem('short-watch');
});

async function quiet(api: KubernetesApi, testClock: TestClock) {
  const following = await followApi(api, { testClock });
  const watches = [await api.untilWatching('pods'), await api.untilWatching('secrets')] as const;
  await following.until(() =>
    Object.values(following.source.states()).every((it) => it.phase === 'watching'),
  );
  return { following, watches };
}

test('after a first bookmark podway expects further ones: a watch without them is closed and resumed', async () => {
  await using api = await KubernetesApi.start();
  const testClock = new TestClock();
  const { following, watches } = await quiet(api, testClock);
  await using _ = following;
  watches[0].bookmark();
  api.apply(pod('a'));
  await following.until(() => following.pods.includes('apply default/a'));
  testClock.run(IDLE_TIMEOUT - 1);
  api.apply(pod('b'));
  await following.until(() => following.pods.includes('apply default/b'));
  assert.equal(api.requests.filter(isPodWatch).length, 1);
  testClock.run(IDLE_TIMEOUT);
  await following.problem('silent', 'pods');
  api.apply(pod('c'));
  await following.until(() => following.pods.includes('apply default/c'));
  assert.equal(following.pods.length, 5);
});
