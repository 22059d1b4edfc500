import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../rig/kubernetes-api.ts';
import { asked, isPodWatch, LISTS, watchedFrom } from './asked.ts';
import { followApi, IDLE_TIMEOUT } from './following.ts';
import { pod } from './objects.ts';
import { TestClock } from './test-clock.ts';
import { turnsUntil } from './turns.ts';

for (const { lists, begin } of LISTS) {
  test(`a watch that ends as it should is resumed at once, after the last event (streamed: ${lists})`, async () => {
    await using api = await KubernetesApi.start({ streamingLists: lists });
    const testClock = new TestClock();
    await using following = await followApi(api, { testClock });
    const watch = await api.watching('pods');
    const { resourceVersion } = api.apply(pod('a')).metadata;
    await following.until(() => following.pods.includes('apply default/a'));
    watch.end();
    api.apply(pod('b'));
    await following.until(() => following.pods.includes('apply default/b'));
    assert.deepEqual(asked(api), [...begin, 'watch']);
    assert.equal(watchedFrom(api).at(-1), resourceVersion);
    assert.deepEqual(following.pods, ['init', 'init-done', 'apply default/a', 'apply default/b']);
    assert.deepEqual([following.problems, testClock.backoffs], [[], []]);
  });
}

test('a bookmark moves the place to resume from, and saves a list when history is forgotten', async () => {
  await using api = await KubernetesApi.start();
  await using following = await followApi(api);
  const watch = await api.watching('pods');
  await api.watching('secrets');
  api.compact();
  watch.bookmark();
  watch.end();
  await api.seen(isPodWatch, 2);
  api.apply(pod('a'));
  await following.until(() => following.pods.includes('apply default/a'));
  assert.deepEqual(following.pods, ['init', 'init-done', 'apply default/a']);
});

test('K8-04: a reset in the middle of a line resumes after the last whole one', async () => {
  await using api = await KubernetesApi.start();
  const first = api.apply(pod('a'));
  // The first event passes, the second one is cut in the middle.
  const line = JSON.stringify({ type: 'MODIFIED', object: first }).length;
  api.fault({ resource: 'pods', verb: 'watch' }, { kind: 'cut', after: line + 200 });
  await using following = await followApi(api);
  await api.watching('pods');
  const kept = api.apply(pod('a', { address: '127.0.0.2' }));
  api.apply(pod('a', { address: '127.0.0.3' }));
  await following.until(() => following.live.get('default/a')?.ip === '127.0.0.3');
  assert.deepEqual(following.pods.slice(3), ['apply default/a', 'apply default/a']);
  assert.equal(watchedFrom(api).at(-1), kept.metadata.resourceVersion);
  assert.equal((await following.problem('cut')).where, 'pods');
});

test('a watch that ends at once and brings nothing is not retried in a spin', async () => {
  await using api = await KubernetesApi.start();
  const testClock = new TestClock();
  api.fault({ resource: 'pods', verb: 'watch', times: 4 }, { kind: 'body', text: '' });
  await using following = await followApi(api, { testClock });
  await api.watching('pods');
  assert.deepEqual(testClock.backoffs, [100, 200, 400, 800]);
  await following.problem('short-watch');
});

async function quiet(api: KubernetesApi, testClock: TestClock) {
  const following = await followApi(api, { testClock });
  const watches = [await api.watching('pods'), await api.watching('secrets')] as const;
  await following.until(() =>
    Object.values(following.source.states()).every((it) => it.phase === 'watching'),
  );
  return { following, watches };
}

test('after a bookmark the next one is due: a watch without is torn down and resumed', async () => {
  await using api = await KubernetesApi.start();
  const testClock = new TestClock();
  const { following, watches } = await quiet(api, testClock);
  await using _ = following;
  watches[0].bookmark();
  api.apply(pod('a'));
  await following.until(() => following.pods.includes('apply default/a'));
  testClock.advance(IDLE_TIMEOUT - 1);
  api.apply(pod('b'));
  await following.until(() => following.pods.includes('apply default/b'));
  assert.equal(api.requests.filter(isPodWatch).length, 1);
  testClock.advance(IDLE_TIMEOUT);
  await following.problem('silent', 'pods');
  api.apply(pod('c'));
  await following.until(() => following.pods.includes('apply default/c'));
  assert.equal(following.pods.length, 5);
});

test('K8-10: a server without bookmarks is watched anew after the silence, with neither list nor complaint', async () => {
  await using api = await KubernetesApi.start();
  const testClock = new TestClock();
  const { following } = await quiet(api, testClock);
  await using _ = following;
  testClock.advance(IDLE_TIMEOUT);
  await api.seen(isPodWatch, 2);
  api.apply(pod('a'));
  await following.until(() => following.pods.includes('apply default/a'));
  assert.deepEqual(following.pods, ['init', 'init-done', 'apply default/a']);
  assert.deepEqual([following.problems, testClock.backoffs], [[], []]);
});

test('K8-09: events and bookmarks keep a quiet watch from being torn down', async () => {
  await using api = await KubernetesApi.start();
  const testClock = new TestClock();
  await using following = await followApi(api, { testClock });
  const pods = await api.watching('pods');
  const secrets = await api.watching('secrets');
  await following.until(() => following.source.states().pods.watches === 1);
  for (let i = 0; i < 4; i++) {
    const before = following.source.states();
    testClock.advance(IDLE_TIMEOUT - 1);
    pods.bookmark();
    secrets.bookmark();
    // Only a scrape shows a bookmark; an event after it is seen when both are read.
    api.apply(pod(`pod-${i}`));
    await following.until(() => following.pods.includes(`apply default/pod-${i}`));
    await turnsUntil(() => following.source.states().secrets.lastActivity !== before.secrets.lastActivity);
  }
  assert.deepEqual(following.problems, []);
  assert.equal(api.requests.filter(isPodWatch).length, 1);
});
