import assert from 'node:assert/strict';
import { rename, symlink, unlink } from 'node:fs/promises';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { TemporaryFolder, FAST_CLOCK } from './temporary-folder.ts';
import { followFolder } from './recorded-source.ts';
import { pod, secret } from './objects.ts';

const BROKEN: readonly (readonly [string, string, string])[] = [
  ['emptied, as a shell does before it writes', 'empty-file', ''],
  ['only comments', 'empty-file', '# nothing\n---\n'],
  ['half written', 'syntax', `${stringify(pod('a')).slice(0, -40)}\n  : [`],
  ['too many aliases', 'syntax', `a: &a [x]\nb: [${Array(200).fill('*a').join()}]`],
  ['too large', 'file-too-large', `# ${'x'.repeat(16 * 1024 * 1024)}`],
];

for (const [name, reason, text] of BROKEN) {
  test(`a file that cannot be read keeps its last good content, is reported once and can recover: ${name}`, async () => {
    await using folder = await TemporaryFolder.create({
      'a.yaml': [pod('a'), secret('default')],
      'b.yaml': [pod('b')],
    });
    await using following = await followFolder(folder.path, { clock: FAST_CLOCK });
    await following.synced();
    await folder.writeText('a.yaml', text);
    const problem = await following.problem(reason as 'syntax');
    assert.equal(problem.where, 'a.yaml');
    // podway follows the rest of the folder meanwhile.
    await folder.write('c.yaml', pod('c'));
    await following.until(() => following.pods.includes('apply default/c'));
    assert.deepEqual(following.pods.slice(4), ['apply default/c']);
    assert.equal(following.problems.length, 1);
    await folder.write('a.yaml', pod('d'));
    await following.until(() => following.pods.includes('apply default/d'));
    assert.deepEqual(following.pods.slice(5), ['delete default/a', 'apply default/d']);
    await following.until(() => following.secrets.length > 3);
    assert.deepEqual(following.secrets.slice(3), ['delete default/routing']);
  });
}

test('a file that the system does not let podway read keeps its last content, and a file that was never read delays no pods', async () => {
  await using folder = await TemporaryFolder.create({ 'a.yaml': [pod('a'), secret('default')] });
  await using following = await followFolder(folder.path, { clock: FAST_CLOCK });
  await following.synced();
  // Even root cannot read a link to itself.
  for (const name of ['a.yaml', 'b.yaml']) {
    await symlink(name, folder.file('.link'));
    await rename(folder.file('.link'), folder.file(name));
  }
  await following.until(() => following.problems.length === 2);
  assert.deepEqual(
    following.problems.map(({ where, reason, detail }) => `${where} ${reason} ${detail}`).sort(),
    ['a.yaml', 'b.yaml'].map((it) => `${it} file-unreadable cannot be read (ELOOP)`),
  );
  await folder.write('c.yaml', pod('c'));
  await following.until(() => following.pods.includes('apply default/c'));
  await unlink(folder.file('a.yaml'));
  await folder.write('a.yaml', pod('d'), secret('default'));
  await following.until(() => following.pods.includes('apply default/d'));
  assert.deepEqual(following.pods.slice(3), ['apply default/c', 'delete default/a', 'apply default/d']);
  assert.deepEqual(following.secrets.slice(3), []);
  assert.equal(following.problems.length, 2);
});

test('Secrets are delayed only by a file that podway has never been able to read and that may hold a Secret', async () => {
  await using folder = await TemporaryFolder.create({ 'a.yaml': [pod('a')] });
  await folder.writeText('b.yaml', 'kind: Secret\n : [');
  await folder.writeText('c.yaml', 'kind: Pod\n : [');
  await using following = await followFolder(folder.path);
  await following.until(() => following.pods.includes('init-done'));
  await following.until(() => following.source.states().secrets.phase === 'backing-off');
  assert.equal(following.source.states().secrets.synced, false);
  assert.deepEqual(following.secrets, []);
  await folder.write('b.yaml', secret('default'));
  await following.synced();
  assert.deepEqual(following.secrets, ['init', 'init-apply default/routing', 'init-done']);
});
