import assert from 'node:assert/strict';
import { mkdir, rename, rm } from 'node:fs/promises';
import { test } from 'node:test';
import { SourceError } from '../../src/cluster/source.ts';
import { TemporaryFolder, FAST_CLOCK } from './temporary-folder.ts';
import { followFolder } from './recorded-source.ts';
import { pod, secret } from './objects.ts';

test('the content at the start is delivered as one init, and pods count as running', async () => {
  const bare = { ...pod('bare'), status: { podIP: '127.0.0.5' } };
  await using folder = await TemporaryFolder.create({
    'a.yaml': [pod('a'), secret('default')],
    'b.yml': [bare],
  });
  await folder.writeText('c.json', JSON.stringify({ apiVersion: 'v1', kind: 'PodList', items: [pod('c')] }));
  await using following = await followFolder(folder.path);
  await following.synced();
  const applied = ['a', 'bare', 'c'].map((name) => `init-apply default/${name}`);
  assert.deepEqual(following.pods, ['init', ...applied, 'init-done']);
  assert.deepEqual(following.secrets, ['init', 'init-apply default/routing', 'init-done']);
  const { ready, phase, ip } = following.livePods.get('default/bare') ?? {};
  assert.deepEqual({ ready, phase, ip }, { ready: true, phase: 'Running', ip: '127.0.0.5' });
  assert.equal(following.source.states().pods.phase, 'watching');
  assert.deepEqual(following.problems, []);
});

test('selector, Secret name, namespace and file names select the objects', async () => {
  const unlabelled = { ...pod('unlabelled'), metadata: { name: 'unlabelled', namespace: 'mine' } };
  const otherSecret = { ...secret('mine'), metadata: { name: 'other', namespace: 'mine' } };
  const mine = [pod('mine', { namespace: 'mine' }), secret('mine')];
  await using folder = await TemporaryFolder.create({
    'a.yaml': [...mine, pod('theirs', { namespace: 'theirs' }), secret('theirs'), unlabelled, otherSecret],
    '.hidden.yaml': [pod('hidden', { namespace: 'mine' })],
    'a.yaml~': [pod('backup', { namespace: 'mine' })],
  });
  await mkdir(folder.file('sub.yaml'));
  await using following = await followFolder(folder.path, { namespace: 'mine' });
  await following.synced();
  assert.deepEqual(following.pods, ['init', 'init-apply mine/mine', 'init-done']);
  assert.deepEqual(following.secrets, ['init', 'init-apply mine/routing', 'init-done']);
});

test('a missing namespace is default, a missing uid is derived from the name', async () => {
  const { namespace: _namespace, uid: _uid, ...metadata } = pod('a').metadata;
  await using folder = await TemporaryFolder.create({ 'a.yaml': [{ ...pod('a'), metadata }] });
  await using following = await followFolder(folder.path);
  await following.synced();
  assert.equal(following.livePods.get('default/a')?.uid, 'default/a');
});

test('only the malformed object is dropped', async () => {
  await using folder = await TemporaryFolder.create({
    'a.yaml': [{ ...pod('x'), metadata: {} }, pod('a'), { x: 1 }],
  });
  await using following = await followFolder(folder.path);
  await following.synced();
  assert.deepEqual(following.pods, ['init', 'init-apply default/a', 'init-done']);
  assert.deepEqual(
    following.problems.map((it) => it.detail),
    ['document 3 has no apiVersion and kind', 'objects without a usable metadata.name: 1'],
  );
});

test('when an object is in two files, the last one in the order of names counts, and podway reports it', async () => {
  const files = {
    'a.yaml': [pod('a', { address: '127.0.0.1' })],
    'b.yaml': [pod('a', { address: '127.0.0.2' })],
  };
  await using folder = await TemporaryFolder.create(files);
  await using following = await followFolder(folder.path);
  await following.synced();
  assert.equal(following.livePods.get('default/a')?.ip, '127.0.0.2');
  const problem = await following.problem('duplicate');
  assert.deepEqual(problem, {
    where: 'b.yaml',
    reason: 'duplicate',
    detail: 'Pod default/a was defined before; podway uses this definition',
  });
  await rm(folder.file('b.yaml'));
  await following.until(() => following.livePods.get('default/a')?.ip === '127.0.0.1');
});

test('a folder that is removed keeps the last state, is reported, and is followed when it returns', async () => {
  await using folder = await TemporaryFolder.create({ 'a.yaml': [pod('a')] });
  await using following = await followFolder(folder.path, { clock: FAST_CLOCK });
  await following.synced();
  // The folder is renamed in one step: a removal empties it first, and a scan may find it empty.
  const away = `${folder.path}-away`;
  await rename(folder.path, away);
  await following.problem('folder-unreadable');
  await rm(away, { recursive: true });
  assert.deepEqual(following.pods, ['init', 'init-apply default/a', 'init-done']);
  assert.equal(following.source.states().pods.synced, true);
  await mkdir(folder.path);
  await folder.write('b.yaml', pod('b'));
  // podway cannot watch a missing folder: its rescan finds the new folder.
  await following.until(() => following.pods.includes('apply default/b'));
  assert.equal(following.source.states().pods.phase, 'watching');
  await folder.write('c.yaml', pod('c'));
  await following.until(() => following.pods.includes('apply default/c'));
});

const UNUSABLE: readonly (readonly [
  string,
  (folder: TemporaryFolder) => Parameters<typeof followFolder>,
  RegExp,
])[] = [
  ['no folder', (folder) => [folder.file('none')], /^no such folder: .*none$/],
  ['a file', (folder) => [folder.file('a.yaml')], /^not a folder/],
  ['a bad selector', (folder) => [folder.path, { labelSelector: 'a in (' }], /^bad label selector: expected/],
];

for (const [name, options, message] of UNUSABLE) {
  test(`podway reports an error before anything starts: ${name}`, async () => {
    await using folder = await TemporaryFolder.create({ 'a.yaml': [pod('a')] });
    await assert.rejects(
      () => followFolder(...options(folder)),
      (error) => error instanceof SourceError && message.test(error.message),
    );
  });
}
