import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../rig/kubernetes-api.ts';
import type { Fault } from '../rig/kubernetes-api/fault.ts';
import { statusObject } from '../rig/kubernetes-api/status.ts';
import { asked } from './asked.ts';
import { followApi, IDLE_TIMEOUT } from './following.ts';
import { pod } from './objects.ts';
import { TestClock } from './test-clock.ts';
import { turnsUntil } from './turns.ts';

// K8-18: the server streams lists, refuses to, or does not know what that is.

const STREAMED = { resource: 'pods', verb: 'watch', streamed: true } as const;
test('K8-18: nothing is delivered before the end mark, and what changes before it counts', async () => {
  await using api = await KubernetesApi.start({ streamingLists: 'supported' });
  for (const name of ['stays', 'goes', 'changes']) api.apply(pod(name));
  api.fault(STREAMED, { kind: 'no-end-mark' });
  await using following = await followApi(api);
  const watch = await api.watching('pods');
  api.delete(pod('goes'));
  api.apply(pod('comes'));
  api.apply(pod('changes', { address: '127.0.0.9' }));
  // The secrets are listed on a connection of their own; a round trip later, the pods' bytes have been read too.
  await following.until(() => following.secrets.includes('init-done'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(following.pods, []);
  watch.bookmark();
  await following.synced();
  assert.deepEqual([...following.live.keys()], ['default/changes', 'default/stays', 'default/comes']);
  assert.equal(following.live.get('default/changes')?.ip, '127.0.0.9');
  assert.equal(following.pods.length, 5);
});

const REFUSALS: readonly (readonly [string, Fault])[] = [
  ['422', { kind: 'status', code: 422 }],
  ['400', { kind: 'status', code: 400 }],
  ['404 by something in between', { kind: 'status', code: 404, body: '<html>' }],
  ['an ERROR event', { kind: 'body', text: errorEvent(400) }],
];

for (const [name, fault] of REFUSALS) {
  test(`K8-18: refused with ${name}, pages are asked for at once, and from then on`, async () => {
    await using api = await KubernetesApi.start({ streamingLists: 'supported' });
    api.apply(pod('a'));
    const testClock = new TestClock();
    api.fault(STREAMED, fault);
    await using following = await followApi(api, { testClock });
    await following.synced();
    await api.watching('pods');
    assert.deepEqual(asked(api), ['stream', 'list', 'watch']);
    assert.deepEqual([following.problems, testClock.backoffs], [[], []]);
    await relist(api);
    await following.until(() => following.pods.filter((it) => it === 'init-done').length === 2);
    assert.deepEqual(asked(api).filter((it) => it === 'stream').length, 1);
  });
}

test('K8-18: an ordinary watch instead shows in its first bookmark', async () => {
  await using api = await KubernetesApi.start({ streamingLists: 'ignored' });
  api.apply(pod('a'));
  await using following = await followApi(api);
  const ordinary = await api.watching('pods');
  api.apply(pod('b'));
  api.delete(pod('a'));
  ordinary.bookmark();
  (await api.watching('secrets')).bookmark();
  await following.synced();
  assert.deepEqual(following.pods, ['init', 'init-apply default/b', 'init-done']);
  assert.deepEqual(asked(api).slice(0, 2), ['stream', 'list']);
  api.delete(pod('b'));
  await following.until(() => following.pods.includes('delete default/b'));
  assert.deepEqual(following.problems, []);
});

const WAITS: readonly (readonly [string, boolean, number])[] = [
  ['in silence', false, 10_000],
  ['with changes', true, 60_000],
];

for (const [name, busy, limit] of WAITS) {
  test(`K8-18: an ordinary watch without bookmarks shows after ${limit} ms ${name}`, async () => {
    await using api = await KubernetesApi.start({ streamingLists: 'ignored' });
    const testClock = new TestClock();
    await using following = await followApi(api, { testClock });
    const watch = await api.watching('pods');
    (await api.watching('secrets')).bookmark();
    await following.until(() => following.secrets.includes('init-done'));
    for (let waited = 5000; waited < limit; waited += 5000) {
      testClock.advance(5000);
      if (!busy) continue;
      const before = following.source.states().pods.lastActivity;
      watch.send('ADDED', api.apply(pod(`pod-${waited}`)));
      await turnsUntil(() => following.source.states().pods.lastActivity !== before);
    }
    assert.deepEqual(asked(api), ['stream']);
    testClock.advance(5000);
    await following.synced();
    assert.deepEqual(asked(api).slice(0, 2), ['stream', 'list']);
    assert.deepEqual(following.problems, []);
  });
}

const BROKEN: readonly (readonly [string, Fault, string])[] = [
  ['a reset', { kind: 'cut', after: 100 }, 'cut'],
  ['a clean end', { kind: 'body', text: '' }, 'cut'],
  ['no JSON', { kind: 'body', text: '{"type":\n' }, 'malformed'],
  ['410', { kind: 'body', text: errorEvent(410) }, 'expired'],
];

for (const [name, fault, reason] of BROKEN) {
  test(`a stream that breaks before its end mark publishes nothing; pages, this once: ${name}`, async () => {
    await using api = await KubernetesApi.start({ streamingLists: 'supported' });
    api.apply(pod('a'));
    api.fault(STREAMED, fault);
    await using following = await followApi(api);
    await following.synced();
    assert.deepEqual(following.pods, ['init', 'init-apply default/a', 'init-done']);
    assert.deepEqual(
      following.problems.map((it) => it.reason),
      [reason],
    );
    await relist(api);
    await following.until(() => following.pods.filter((it) => it === 'init-done').length === 2);
    assert.deepEqual(
      asked(api).filter((it) => it !== 'watch'),
      ['stream', 'list', 'stream'],
    );
  });
}

for (const code of [429, 503]) {
  test(`a busy server (${code}) is asked for a stream again`, async () => {
    await using api = await KubernetesApi.start({ streamingLists: 'supported' });
    api.fault(STREAMED, { kind: 'status', code });
    await using following = await followApi(api);
    await following.synced();
    assert.deepEqual(asked(api), ['stream', 'stream']);
  });
}

test('K8-42: a streamed list that is suddenly empty is not believed, the pages after it are', async () => {
  await using api = await KubernetesApi.start({ streamingLists: 'supported' });
  api.apply(pod('a'));
  await using following = await followApi(api);
  await following.synced();
  const mark = { metadata: { resourceVersion: '1', annotations: { 'k8s.io/initial-events-end': 'true' } } };
  api.fault(STREAMED, { kind: 'body', text: `${JSON.stringify({ type: 'BOOKMARK', object: mark })}\n` });
  await relist(api);
  await following.problem('suddenly-empty', 'pods');
  await following.until(() => following.pods.filter((it) => it === 'init-done').length === 2);
  assert.deepEqual(following.pods.slice(3), ['init', 'init-apply default/a', 'init-done']);
});

test('after the end mark the silence of a watch counts', async () => {
  await using api = await KubernetesApi.start({ streamingLists: 'supported' });
  const testClock = new TestClock();
  await using following = await followApi(api, { testClock });
  await following.synced();
  await Promise.all([api.watching('pods'), api.watching('secrets')]);
  testClock.advance(IDLE_TIMEOUT - 1);
  api.apply(pod('a'));
  await following.until(() => following.pods.includes('apply default/a'));
  assert.deepEqual(asked(api), ['stream']);
  testClock.advance(IDLE_TIMEOUT);
  await following.problem('silent', 'pods');
  api.apply(pod('b'));
  await following.until(() => following.pods.includes('apply default/b'));
  assert.equal(asked(api).length, 2);
});

/** Makes the follower list again. */
async function relist(api: KubernetesApi): Promise<void> {
  const watch = await api.watching('pods');
  api.fault({ resource: 'pods', verb: 'watch' }, { kind: 'status', code: 410 });
  watch.bookmark();
  watch.end();
}

function errorEvent(code: number): string {
  return `${JSON.stringify({ type: 'ERROR', object: statusObject(code, 'no') })}\n`;
}
