import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOlder } from '../../src/cluster/watch/resource-version.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { Fault } from '../fixtures/kubernetes-api/fault.ts';
import { podRequests, isPodList, LIST_MODES } from './pod-requests.ts';
import { followApi, IDLE_TIMEOUT } from './recorded-source.ts';
import { pod } from './objects.ts';
import { TestClock } from './test-clock.ts';

// A list may come from a server that lags, or from an etcd that was restored from a backup: its content is older than
// the last watch event. Only in the second case the list is right.

const VERSIONS: readonly (readonly [string, string, boolean])[] = [
  ['999', '1000', true],
  ['1000', '999', false],
  ['1000', '1000', false],
  ['1999', '2000', true],
  // Numbers above 2^53 and above 2^64.
  ['9007199254740992', '9007199254740993', true],
  ['9007199254740993', '9007199254740992', false],
  ['18446744073709551615', '18446744073709551616', true],
  ['99999999999999999999999999999', '100000000000000000000000000000', true],
  // Texts without a defined order.
  ['0999', '1000', false],
  ['', '1000', false],
  ['-1', '1000', false],
  ['9.5', '1000', false],
  ['1e2', '1000', false],
  ['999', 'opaque', false],
  ['abc', 'abd', false],
];

for (const [version, other, older] of VERSIONS) {
  test(`resourceVersion ${JSON.stringify(version)} is ${older ? '' : 'not known to be '}older than ${other}`, () => {
    assert.equal(isOlder(version, other), older);
  });
}

/** Deleted pods that the older list contains. */
const OLD = [pod('deleted')].map((it) => ({ ...it, metadata: { ...it.metadata, resourceVersion: '900' } }));
const OLD_PAGE: Fault = {
  kind: 'body',
  text: JSON.stringify({ kind: 'PodList', metadata: { resourceVersion: '999' }, items: OLD }),
};
const MARK = { metadata: { resourceVersion: '999', annotations: { 'k8s.io/initial-events-end': 'true' } } };
const OLD_STREAM: Fault = {
  kind: 'body',
  text: [...OLD.map((object) => ({ type: 'ADDED', object })), { type: 'BOOKMARK', object: MARK }]
    .map((it) => `${JSON.stringify(it)}\n`)
    .join(''),
};

for (const { lists, initialRequests } of LIST_MODES) {
  const streamed = lists === 'supported';
  test(`an older list is discarded, and requested again without a resourceVersion (streamed: ${lists})`, async () => {
    await using api = await KubernetesApi.start({ streamingLists: lists });
    api.apply(pod('a'));
    await using following = await followApi(api);
    await following.synced();
    await Promise.all([api.untilWatching('pods'), api.untilWatching('secrets')]);
    await api.down();
    api.delete(pod('a'));
    api.apply(pod('b'));
    api.compact();
    if (streamed) api.injectFault({ resource: 'pods', verb: 'watch', streamed: true }, OLD_STREAM);
    else api.injectFault({ resource: 'pods', verb: 'list' }, OLD_PAGE);
    const before = following.pods.length;
    await api.up();
    await following.until(() => following.pods.slice(before).includes('init-done'));
    assert.deepEqual(following.pods.slice(before), ['init', 'init-apply default/b', 'init-done']);
    const { where, detail } = await following.problem('older-list');
    assert.equal(where, 'pods');
    assert.match(
      detail,
      /^the list of pods has resourceVersion 999, older than 1001 seen before; asking again$/,
    );
    assert.equal(
      following.problems.some((it) => it.reason === 'version-went-back'),
      false,
    );
    await api.untilWatching('pods');
    const again = streamed ? ['stream', 'list', 'watch'] : ['list', 'list', 'watch'];
    assert.deepEqual(podRequests(api).slice(-3), again);
    assert.ok(podRequests(api).join().startsWith(initialRequests.join()));
    const last = api.requests.filter(isPodList).at(-1);
    assert.equal(last?.query.has('resourceVersion'), false, 'the server reads from a quorum');
    assert.equal(last?.query.has('resourceVersionMatch'), false);
  });

  test(`a second older list is accepted: etcd was restored from a backup (streamed: ${lists})`, async () => {
    await using api = await KubernetesApi.start({ streamingLists: lists });
    const testClock = new TestClock();
    api.apply(pod('a'));
    const backup = api.backup();
    api.apply(pod('b'));
    api.delete(pod('a'));
    await using following = await followApi(api, { testClock });
    await following.synced();
    for (const resource of ['pods', 'secrets']) (await api.untilWatching(resource)).bookmark();
    api.apply(pod('c'));
    await following.until(() => following.pods.includes('apply default/c'));
    const { watches } = following.source.states().pods;
    await api.down();
    api.restore(backup);
    await api.up();
    // The watch continues from a version in the future, so no event arrives.
    await following.until(() => following.source.states().pods.watches > watches);
    const before = following.pods.length;
    api.apply(pod('d'));
    testClock.run(IDLE_TIMEOUT);
    await following.until(() => following.pods.slice(before).includes('init-done'));
    const expected = ['init', 'init-apply default/a', 'init-apply default/d', 'init-done'];
    assert.deepEqual(following.pods.slice(before), expected);
    const { detail } = await following.problem('version-went-back', 'pods');
    assert.match(
      detail,
      /^the list of pods has resourceVersion 1002, older than 1004 seen before; a second list/,
    );
    // From there the source follows the cluster without a further list.
    await following.until(() => following.source.states().pods.phase === 'watching');
    api.apply(pod('e'));
    await following.until(() => following.pods.includes('apply default/e'));
    (await api.untilWatching('pods')).end();
    api.apply(pod('f'));
    await following.until(() => following.pods.includes('apply default/f'));
    assert.equal(
      following.problems.filter((it) => it.where === 'pods' && it.reason === 'older-list').length,
      1,
    );
  });
}

test('a list whose version cannot be compared is accepted', async () => {
  await using api = await KubernetesApi.start();
  const text = OLD_PAGE.kind === 'body' ? OLD_PAGE.text.replace('"999"', '"opaque"') : '';
  api.apply(pod('a'));
  await using following = await followApi(api);
  await following.synced();
  await Promise.all([api.untilWatching('pods'), api.untilWatching('secrets')]);
  await api.down();
  api.compact();
  api.injectFault({ resource: 'pods', verb: 'list' }, { kind: 'body', text });
  const before = following.pods.length;
  await api.up();
  await following.until(() => following.pods.slice(before).includes('init-done'));
  assert.deepEqual(following.pods.slice(before, before + 3), [
    'init',
    'init-apply default/deleted',
    'init-done',
  ]);
});
