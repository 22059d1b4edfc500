import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../rig/kubernetes-api.ts';
import type { Fault } from '../rig/kubernetes-api/fault.ts';
import { statusObject } from '../rig/kubernetes-api/status.ts';
import { isPodList } from './asked.ts';
import { followApi } from './following.ts';
import { pod } from './objects.ts';
import { TestClock } from './test-clock.ts';

const errorEvent = (code: number) =>
  `${JSON.stringify({ type: 'ERROR', object: statusObject(code, 'too old') })}\n`;

const WAYS: readonly (readonly [string, Fault])[] = [
  ['410 as the status of the watch', { kind: 'status', code: 410 }],
  ['410 as an ERROR event', { kind: 'body', text: errorEvent(410) }],
  ['another ERROR event', { kind: 'body', text: errorEvent(500) }],
  ['a 400 for this watch', { kind: 'status', code: 400 }],
];

for (const [name, fault] of WAYS) {
  test(`K8-05, K8-07: ${name}: listed again, as one atomic init`, async () => {
    await using api = await KubernetesApi.start();
    api.apply(pod('a'));
    api.apply(pod('b'));
    await using following = await followApi(api);
    const watch = await api.watching('pods');
    await following.synced();
    following.pods.length = 0;
    api.fault({ resource: 'pods', verb: 'watch' }, fault);
    api.fault({ resource: 'pods', verb: 'list' }, { kind: 'status', code: 503 });
    watch.bookmark();
    watch.end();
    await following.problem('server-error');
    // Deleted in the gap: no delete is ever sent for it, it is missing from the next list.
    api.delete(pod('a'));
    await following.until(() => following.pods.includes('init-done'));
    assert.deepEqual(following.pods, ['init', 'init-apply default/b', 'init-done']);
    api.apply(pod('c'));
    await following.until(() => following.pods.includes('apply default/c'));
    assert.equal(following.pods.filter((it) => it.startsWith('delete')).length, 0);
  });
}

test('history that the server really forgot', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('a'));
  await using following = await followApi(api);
  const watch = await api.watching('pods');
  api.delete(pod('a'));
  await following.until(() => following.pods.includes('delete default/a'));
  await api.down();
  api.apply(pod('b'));
  api.compact();
  await api.up();
  void watch;
  await following.until(() => following.pods.includes('init-apply default/b'));
});

test('K8-06: 410 on every watch: the lists thin out instead of hammering', async () => {
  await using api = await KubernetesApi.start();
  const testClock = new TestClock();
  api.fault({ resource: 'pods', verb: 'watch', times: 10 }, { kind: 'status', code: 410 });
  await using following = await followApi(api, { testClock });
  await api.watching('pods');
  await api.seen(isPodList, 11);
  const total = testClock.backoffs.reduce((sum, ms) => sum + ms, 0);
  assert.equal(testClock.backoffs.length, 10);
  assert.ok(total > 55_000, `ten lists in ${total} ms, even with all the luck`);
  await following.problem('expired');
});

test('K8-42: a list that is suddenly empty is asked for twice before it is believed', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('a'));
  await using following = await followApi(api);
  await api.watching('pods');
  await following.synced();
  following.pods.length = 0;
  const empty = JSON.stringify({ kind: 'PodList', metadata: { resourceVersion: '1' }, items: null });
  api.fault({ resource: 'pods', verb: 'watch' }, { kind: 'status', code: 410 });
  api.fault({ resource: 'pods', verb: 'list' }, { kind: 'body', text: empty });
  for (const watch of api.watches('pods')) {
    watch.bookmark();
    watch.end();
  }
  await following.until(() => following.pods.includes('init-done'));
  assert.deepEqual(following.pods, ['init', 'init', 'init-apply default/a', 'init-done']);
  await following.problem('suddenly-empty');
});
