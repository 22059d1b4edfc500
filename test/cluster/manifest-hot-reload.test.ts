import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { test } from 'node:test';
import { TemporaryFolder } from './temporary-folder.ts';
import { followFolder } from './recorded-source.ts';
import { pod, secret } from './objects.ts';

interface Change {
  readonly name: string;
  readonly change: (folder: TemporaryFolder) => Promise<void>;
  readonly pods?: readonly string[];
  readonly secrets?: readonly string[];
}

const CHANGES: readonly Change[] = [
  {
    name: 'an edit in place',
    change: (folder) => folder.write('a.yaml', pod('a', { address: '127.0.0.9' }), pod('b')),
    pods: ['apply default/a'],
  },
  {
    name: 'an object leaves a file',
    change: (folder) => folder.write('a.yaml', pod('b')),
    pods: ['delete default/a'],
  },
  { name: 'a new file', change: (folder) => folder.write('z.yaml', pod('z')), pods: ['apply default/z'] },
  {
    name: 'a deleted file',
    change: (folder) => rm(folder.file('b.yaml')),
    secrets: ['delete other/routing'],
  },
  {
    name: 'a rename over the file, as editors save',
    change: async (folder) => {
      await folder.write('.a.yaml.swp', pod('a', { address: '127.0.0.9' }), pod('b'));
      await rename(folder.file('.a.yaml.swp'), folder.file('a.yaml'));
    },
    pods: ['apply default/a'],
  },
  {
    name: 'the file moved away and written again, as other editors save',
    change: async (folder) => {
      await rename(folder.file('a.yaml'), folder.file('a.yaml~'));
      await folder.write('a.yaml', pod('a', { address: '127.0.0.9' }), pod('b'));
    },
    pods: ['apply default/a'],
  },
  {
    name: 'an object moves to another file: no event',
    change: async (folder) => {
      await folder.write('z.yaml', pod('b'), pod('z'));
      await folder.write('a.yaml', pod('a'));
    },
    pods: ['apply default/z'],
  },
  {
    name: 'another pod of the same name',
    change: async (folder) => {
      const object = pod('a');
      await folder.write('a.yaml', { ...object, metadata: { ...object.metadata, uid: 'new' } }, pod('b'));
    },
    pods: ['delete default/a', 'apply default/a'],
  },
  {
    name: 'a new key',
    change: (folder) => folder.write('b.yaml', secret('other', 'rotated')),
    secrets: ['apply other/routing'],
  },
];

for (const { name, change, pods = [], secrets = [] } of CHANGES) {
  test(`a change of the folder becomes events for the objects that differ: ${name}`, async () => {
    await using folder = await TemporaryFolder.create({
      'a.yaml': [pod('a'), pod('b')],
      'b.yaml': [secret('other')],
    });
    await using following = await followFolder(folder.path);
    await following.synced();
    following.pods.length = 0;
    following.secrets.length = 0;
    await change(folder);
    await following.until(
      () => following.pods.length + following.secrets.length >= pods.length + secrets.length,
    );
    assert.deepEqual({ pods: following.pods, secrets: following.secrets }, { pods, secrets });
    assert.deepEqual(following.problems, []);
  });
}

test('a ConfigMap volume: files are links through ..data, which is swapped', async () => {
  await using folder = await TemporaryFolder.create();
  const version = async (name: string, address: string) => {
    await mkdir(folder.file(name));
    await folder.write(`${name}/pods.yaml`, pod('a', { address }));
  };
  await version('..2026_1', '127.0.0.1');
  await symlink('..2026_1', folder.file('..data'));
  await symlink('..data/pods.yaml', folder.file('pods.yaml'));
  await using following = await followFolder(folder.path);
  await following.synced();
  await version('..2026_2', '127.0.0.2');
  await symlink('..2026_2', folder.file('..data_tmp'));
  await rename(folder.file('..data_tmp'), folder.file('..data'));
  await following.until(() => following.livePods.get('default/a')?.ip === '127.0.0.2');
  assert.deepEqual(following.pods.slice(3), ['apply default/a']);
});
