import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { FaultTarget } from '../fixtures/kubernetes-api/fault.ts';
import { podRequests, watchedFrom } from './pod-requests.ts';
import { followApi } from './recorded-source.ts';
import { pod } from './objects.ts';
import { TestClock } from './test-clock.ts';

// The connection is open and the server reads the request, but no response begins or a list stalls: API_TIMEOUT ends
// it.

/** API_TIMEOUT, in milliseconds. */
const TIMEOUT = 200;

interface Stalled {
  readonly name: string;
  readonly lists: 'supported' | 'refused';
  readonly stalls: FaultTarget;
  readonly requests: readonly string[];
  readonly waits: readonly number[];
}

const STALLED: readonly Stalled[] = [
  {
    name: 'a list is requested again',
    lists: 'refused',
    stalls: { resource: 'pods', verb: 'list' },
    requests: ['stream', 'list', 'list', 'watch'],
    waits: [100],
  },
  {
    name: 'a streamed list is requested in pages, since a proxy in between may hold streams back',
    lists: 'supported',
    stalls: { resource: 'pods', verb: 'watch', streamed: true },
    requests: ['stream', 'list', 'watch'],
    waits: [100],
  },
  {
    name: 'a watch is requested again from the same version, without a list, with back-off',
    lists: 'refused',
    stalls: { resource: 'pods', verb: 'watch', times: 3 },
    requests: ['stream', 'list', 'watch', 'watch', 'watch', 'watch'],
    waits: [100, 200, 400],
  },
];

for (const { name, lists, stalls, requests, waits } of STALLED) {
  test(`no response begins within API_TIMEOUT: ${name}`, async () => {
    await using api = await KubernetesApi.start({ streamingLists: lists });
    api.apply(pod('a'));
    api.injectFault(stalls, { kind: 'stall' });
    const testClock = new TestClock();
    await using following = await followApi(api, { testClock, timeout: TIMEOUT });
    await following.problem('silent', 'pods');
    await api.untilWatching('pods');
    // Changes while no watch runs are not lost.
    api.apply(pod('b'));
    await following.until(() => following.livePods.has('default/b'));
    assert.deepEqual(podRequests(api), requests);
    assert.equal(new Set(watchedFrom(api)).size, 1);
    assert.deepEqual(testClock.backoffs, waits);
    assert.deepEqual(
      following.problems.map(({ reason, where }) => `${reason} ${where}`),
      ['silent pods'],
    );
    assert.match(
      following.problems[0]?.detail ?? '',
      /^\w+ pods failed: the API server did not answer within 0\.2 s$/,
    );
    assert.deepEqual(following.pods, ['init', 'init-apply default/a', 'init-done', 'apply default/b']);
  });
}

test('a list that stalls is aborted after API_TIMEOUT and requested again', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('a'));
  api.injectFault({ resource: 'pods', verb: 'list' }, { kind: 'hang', after: 100 });
  const testClock = new TestClock();
  await using following = await followApi(api, { testClock, timeout: TIMEOUT });
  await following.problem('cut', 'pods');
  await following.synced();
  await api.untilWatching('pods');
  assert.deepEqual(podRequests(api), ['stream', 'list', 'list', 'watch']);
  assert.deepEqual(testClock.backoffs, [100]);
  assert.deepEqual(following.pods, ['init', 'init-apply default/a', 'init-done']);
});
