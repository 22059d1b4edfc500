import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podRequests, LIST_MODES } from './pod-requests.ts';
import { followApi } from './recorded-source.ts';
import { pod } from './objects.ts';
import { TestClock } from './test-clock.ts';

test('an outage changes the state and causes no event; after it the missed changes arrive', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('a'));
  const testClock = new TestClock();
  await using following = await followApi(api, { testClock });
  await following.synced();
  await api.untilWatching('pods');
  await api.down();
  await following.until(() => following.source.states().pods.failures > 12);
  const state = following.source.states().pods;
  assert.equal(state.phase, 'backing-off');
  assert.equal(state.synced, true);
  assert.match(state.error ?? '', /ECONNREFUSED/);
  assert.ok(Math.max(...testClock.backoffs) <= 3_000, 'longer waits would not help the server');
  assert.deepEqual(following.pods, ['init', 'init-apply default/a', 'init-done']);
  const unreachable = following.problems.filter((it) => it.reason === 'unreachable' && it.where === 'pods');
  assert.equal(unreachable.length, 1, 'reported once');

  api.delete(pod('a'));
  api.apply(pod('b'));
  await api.up();
  await following.until(() => following.pods.includes('apply default/b'));
  assert.deepEqual(following.pods.slice(3), ['delete default/a', 'apply default/b']);
  assert.equal(following.source.states().pods.phase, 'watching');
});

for (const { lists } of LIST_MODES) {
  test(`a restarted server without its history is listed immediately, and this is not a failure (streamed: ${lists})`, async () => {
    await using api = await KubernetesApi.start({ streamingLists: lists });
    api.apply(pod('a'));
    const testClock = new TestClock();
    await using following = await followApi(api, { testClock });
    await following.synced();
    await Promise.all([api.untilWatching('pods'), api.untilWatching('secrets')]);
    await api.down();
    await following.until(() => testClock.now() > 40_000);
    api.delete(pod('a'));
    api.apply(pod('b'));
    api.compact();
    await api.up();
    await following.until(() => following.pods.filter((it) => it === 'init-done').length === 2);
    await api.untilWatching('pods');
    const tail = lists === 'supported' ? ['watch', 'stream'] : ['watch', 'list', 'watch'];
    assert.deepEqual(podRequests(api).slice(-tail.length), tail);
    assert.deepEqual(following.pods.slice(-3), ['init', 'init-apply default/b', 'init-done']);
    const waited = following.states.pods.filter((it) => it.phase === 'backing-off');
    assert.deepEqual(
      // The port of the address may contain these digits.
      waited.filter((it) => /\b410\b/.test(it.error ?? '')),
      [],
    );
    assert.deepEqual(new Set(following.problems.map((it) => it.reason)), new Set(['cut', 'unreachable']));
  });
}

test('podway waits for a server that is down at the start', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('a'));
  await api.down();
  await using following = await followApi(api);
  await following.problem('unreachable', 'pods');
  assert.equal(following.source.states().pods.synced, false);
  await api.up();
  await following.synced();
});

test('failures are forgotten when a watch has lasted for some time', async () => {
  await using api = await KubernetesApi.start();
  const testClock = new TestClock();
  api.injectFault({ resource: 'pods', verb: 'list', times: 3 }, { kind: 'refuse' });
  await using following = await followApi(api, { testClock });
  await following.synced();
  const watch = await api.untilWatching('pods');
  await following.until(() => following.source.states().pods.phase === 'watching');
  assert.equal(following.source.states().pods.failures, 3);
  testClock.advance(10_000);
  watch.bookmark();
  api.apply(pod('a'));
  await following.until(() => following.pods.includes('apply default/a'));
  const { failures, error } = following.source.states().pods;
  assert.deepEqual({ failures, error }, { failures: 0, error: undefined });
});

for (const verb of ['list', 'watch'] as const) {
  test(`the signal ends a ${verb} that the server never answers`, async () => {
    await using api = await KubernetesApi.start();
    api.injectFault({ resource: 'pods', verb }, { kind: 'stall' });
    const following = await followApi(api);
    await api.untilRequested((it) => it.verb === verb && it.path.endsWith('/pods'));
    await following.stop();
    assert.deepEqual(following.problems, []);
  });
}

test('the signal ends a connection on which the server never answers', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  await using api = await KubernetesApi.start();
  const kubeconfig = () => api.kubeconfig().replace(api.url, `http://127.0.0.1:${address.port}`);
  const connected = once(server, 'connection');
  const following = await followApi(api, { kubeconfig });
  await connected;
  await following.stop();
  server.close();
});

test('an exception of a handler ends the whole source with that error', async () => {
  await using api = await KubernetesApi.start();
  const following = await followApi(api);
  following.pods.push = () => {
    throw new Error('a bug');
  };
  await assert.rejects(following.ended, /a bug/);
});
