import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podRequests } from './pod-requests.ts';
import { followApi, IDLE_TIMEOUT } from './recorded-source.ts';
import { pod } from './objects.ts';
import { TestClock } from './test-clock.ts';
import { waitUntil } from './wait-until.ts';

// K8-18: the server streams lists, refuses to stream them, or does not support streaming.

const STREAMED = { resource: 'pods', verb: 'watch', streamed: true } as const;

const WAITS: readonly (readonly [string, boolean, number])[] = [
  ['in silence', false, 10_000],
  ['with changes', true, 60_000],
];

for (const [name, busy, limit] of WAITS) {
  test(`an ordinary watch without bookmarks is recognised after ${limit} ms ${name} (K8-18)`, async () => {
    await using api = await KubernetesApi.start({ streamingLists: 'ignored' });
    const testClock = new TestClock();
    await using following = await followApi(api, { testClock });
    const watch = await api.untilWatching('pods');
    const lastActivity = () => following.source.states().pods.lastActivity;
    watch.send('ADDED', api.apply(pod('first')));
    await waitUntil(() => lastActivity() !== undefined);
    for (let waited = 5000; waited < limit; waited += 5000) {
      testClock.run(5000);
      if (!busy) continue;
      const before = lastActivity();
      watch.send('ADDED', api.apply(pod(`pod-${waited}`)));
      await waitUntil(() => lastActivity() !== before);
    }
    assert.deepEqual(podRequests(api), ['stream']);
    testClock.run(5000);
    await following.synced();
    assert.deepEqual(podRequests(api).slice(0, 2), ['stream', 'list']);
    assert.deepEqual(following.problems, []);
  });
}

for (const code of [429, 503]) {
  test(`a busy server (${code}) gets another request for a stream`, async () => {
    await using api = await KubernetesApi.start({ streamingLists: 'supported' });
    api.injectFault(STREAMED, { kind: 'status', code });
    await using following = await followApi(api);
    await following.synced();
    assert.deepEqual(podRequests(api), ['stream', 'stream']);
  });
}

test('after the end mark the idle timeout of a watch applies', async () => {
  await using api = await KubernetesApi.start({ streamingLists: 'supported' });
  const testClock = new TestClock();
  await using following = await followApi(api, { testClock });
  await following.synced();
  await Promise.all([api.untilWatching('pods'), api.untilWatching('secrets')]);
  testClock.run(IDLE_TIMEOUT - 1);
  api.apply(pod('a'));
  await following.until(() => following.pods.includes('apply default/a'));
  assert.deepEqual(podRequests(api), ['stream']);
  testClock.run(IDLE_TIMEOUT);
  const { detail } = await following.problem('silent', 'pods');
  assert.equal(detail, 'watch pods failed: the API server sent nothing for 150 s');
  api.apply(pod('b'));
  await following.until(() => following.pods.includes('apply default/b'));
  assert.equal(podRequests(api).length, 2);
});
