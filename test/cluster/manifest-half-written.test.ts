import assert from 'node:assert/strict';
import { appendFile, open, rename } from 'node:fs/promises';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { TemporaryFolder } from './temporary-folder.ts';
import { followFolder } from './recorded-source.ts';
import { pod, secret } from './objects.ts';

// A reader cannot know when a writer has finished. A namespace must never lose its key until then.

const text = (...objects: readonly object[]) => objects.map((it) => stringify(it)).join('---\n');
const moved = (name: string) => pod(name, { address: '127.0.0.9', namespace: 'shop' });
const inShop = (name: string) => pod(name, { namespace: 'shop' });

test('a file that was cut at --- does not open its namespace, and its pods are live', async () => {
  await using folder = await TemporaryFolder.create({ 'shop.yaml': [inShop('a'), secret('shop')] });
  await using following = await followFolder(folder.path);
  await following.synced();
  await folder.write('shop.yaml', moved('a'));
  await following.until(() => following.livePods.get('shop/a')?.ip === '127.0.0.9');
  await folder.write('shop.yaml', moved('a'), secret('shop'), moved('b'));
  await following.until(() => following.livePods.has('shop/b'));
  assert.deepEqual(following.secrets, ['init', 'init-apply shop/routing', 'init-done']);
});

test('a Secret that does not return counts as deleted', async () => {
  await using folder = await TemporaryFolder.create({ 'shop.yaml': [inShop('a'), secret('shop')] });
  await using following = await followFolder(folder.path);
  await following.synced();
  await folder.write('.new', moved('a'));
  await rename(folder.file('.new'), folder.file('shop.yaml'));
  await following.until(() => following.livePods.get('shop/a')?.ip === '127.0.0.9');
  assert.equal(following.secrets.length, 3);
  await following.until(() => following.secrets.at(-1) === 'delete shop/routing');
});

test('a Secret that moves to another file, with another key, is changed and never deleted', async () => {
  await using folder = await TemporaryFolder.create({
    'a.yaml': [inShop('a')],
    'z.yaml': [inShop('z'), secret('shop')],
  });
  await using following = await followFolder(folder.path);
  await following.synced();
  await folder.write('z.yaml', moved('z'));
  await following.until(() => following.livePods.get('shop/z')?.ip === '127.0.0.9');
  await folder.write('a.yaml', secret('shop', 'rotated'), moved('a'));
  await following.until(() => following.livePods.get('shop/a')?.ip === '127.0.0.9');
  assert.deepEqual(following.secrets.slice(3), ['apply shop/routing']);
});

test('pods of a new namespace wait until the Secret in their file is written', async () => {
  await using folder = await TemporaryFolder.create({ 'open.yaml': [pod('open')] });
  await using following = await followFolder(folder.path);
  await following.synced();
  await folder.writeText('shop.yaml', `${text(inShop('a'), pod('known'))}---\n`);
  // Pods of a namespace that is already open do not wait.
  await following.until(() => following.livePods.has('default/known'));
  assert.ok(!following.livePods.has('shop/a'));
  await appendFile(folder.file('shop.yaml'), text(secret('shop'), inShop('b')));
  await following.until(() => following.livePods.has('shop/b'));
  assert.deepEqual(following.secrets.slice(2), ['apply shop/routing']);
  assert.deepEqual(following.pods.slice(3), ['apply default/known', 'apply shop/a', 'apply shop/b']);
});

test('a new namespace without a key is open when its file no longer changes', async () => {
  await using folder = await TemporaryFolder.create({ 'open.yaml': [pod('open')] });
  await using following = await followFolder(folder.path);
  await following.synced();
  await folder.write('shop.yaml', inShop('a'));
  await following.until(() => following.livePods.has('shop/a'));
  assert.deepEqual(following.secrets, ['init', 'init-done']);
});

test('a file that is written in blocks, cut within words, never loses a pod or a key meanwhile', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `pod-${index}`);
  const whole = text(secret('shop'), ...names.map(inShop));
  await using folder = await TemporaryFolder.create();
  await folder.writeText('shop.yaml', whole);
  await using following = await followFolder(folder.path);
  await following.synced();
  following.pods.length = 0;
  following.secrets.length = 0;
  const again = text(secret('shop', 'rotated'), ...names.map(moved));
  await using file = await open(folder.file('shop.yaml'), 'w');
  for (let at = 0; at < again.length; at += 4096) {
    await file.write(again.slice(at, at + 4096));
    // Lets the reader see the change.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await following.until(() => following.livePods.get('shop/pod-59')?.ip === '127.0.0.9');
  await following.until(() => following.secrets.length > 0);
  assert.deepEqual(following.secrets, ['apply shop/routing']);
  assert.deepEqual(
    following.pods,
    names
      .map((name) => `apply shop/${name}`)
      .sort((a, b) => following.pods.indexOf(a) - following.pods.indexOf(b)),
  );
});
