import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKubectl } from '../fixtures/kubectl.ts';
import { followApi } from './recorded-source.ts';
import { pod } from './objects.ts';

// The stand-in must work with the usual client, with validation enabled.

const EXAMPLES = new URL('../../examples/', import.meta.url).pathname;

test('kubectl gets, describes, annotates, labels and deletes; podway gets the events', async (t) => {
  await using kubectl = await createKubectl(t);
  if (kubectl === undefined) return;
  const { api } = kubectl;
  const a = api.apply(pod('a'));
  api.apply(pod('b', { namespace: 'other' }));
  api.apply({ kind: 'Event', metadata: { name: 'e' }, involvedObject: a.metadata, message: 'refused' });
  await using following = await followApi(api);
  await following.synced();

  assert.equal(await kubectl.run('get', 'pods', '-A', '-l', 'routable=true', '-o', 'name'), 'pod/a\npod/b\n');
  assert.match(await kubectl.run('get', 'po', '-A'), /^NAMESPACE +NAME[^\n]*\ndefault +a [^\n]*\nother +b /);
  const described = await kubectl.run('describe', 'pod', 'a');
  assert.match(described, /^Annotations: +routingHosts: t\.local$/m);
  assert.match(described, /^Events:\n(?:.*\n)+.* refused$/m);

  await kubectl.run('annotate', 'pod', 'a', 'routingHosts=new.local', '--overwrite');
  await following.until(() => following.livePods.get('default/a')?.hosts === 'new.local');
  await kubectl.run('label', 'pod', 'a', 'routable-');
  await following.until(() => following.pods.at(-1) === 'delete default/a');
  await kubectl.run('label', 'pod', 'a', 'routable=true');
  await following.until(() => following.pods.at(-1) === 'apply default/a');
  await kubectl.run('delete', 'pod', '-n', 'other', 'b');
  await following.until(() => following.pods.at(-1) === 'delete other/b');
  assert.match(await kubectl.run('get', 'pods', '-A', '-o', 'yaml'), /routingHosts: new\.local/);
});

test('kubectl get --watch prints changes as they happen', async (t) => {
  await using kubectl = await createKubectl(t);
  if (kubectl === undefined) return;
  kubectl.api.apply(pod('a'));
  const watching = kubectl.start('get', 'pods', '--watch', '-o', 'name');
  const closed = once(watching, 'close');
  try {
    const lines = lineReader(watching.stdout);
    assert.equal(await lines(), 'pod/a');
    await kubectl.api.untilWatching('pods');
    kubectl.api.apply(pod('b'));
    assert.equal(await lines(), 'pod/b');
  } finally {
    watching.kill();
    await closed;
  }
});

test('kubectl applies the examples, finds them unchanged, changes and deletes them', async (t) => {
  await using kubectl = await createKubectl(t);
  if (kubectl === undefined) return;
  const outcomes = async (...args: readonly string[]) => (await kubectl.run(...args)).trim().split('\n');
  const shop = join(EXAMPLES, 'shop.yaml');
  const objects = ['namespace/shop', 'deployment.apps/web', 'deployment.apps/api'];
  const each = (outcome: string) => objects.map((it) => `${it} ${outcome}`);
  assert.deepEqual(await outcomes('apply', '-f', shop), each('created'));
  assert.deepEqual(await outcomes('apply', '-f', shop), each('unchanged'));

  const changed = (await readFile(shop, 'utf8'))
    .replace('shop/web:1', 'shop/web:2')
    .replace('            - containerPort: 3001\n', '')
    .replace(' 3001:/admin', '');
  await writeFile(kubectl.file('changed.yaml'), changed);
  const [, web] = await outcomes('apply', '-f', kubectl.file('changed.yaml'));
  assert.equal(web, 'deployment.apps/web configured');
  const template = await kubectl.run('-n', 'shop', 'get', 'deploy', 'web', '-o', 'jsonpath={.spec.template}');
  const { metadata, spec } = JSON.parse(template);
  assert.equal(metadata.annotations.routingPaths, '3000:/');
  assert.equal(spec.containers[0].image, 'registry.example.com/shop/web:2');
  assert.deepEqual(spec.containers[0].ports, [{ containerPort: 3000 }]);
  assert.equal((await outcomes('delete', '-f', shop)).length, 3);

  await kubectl.run('apply', '-f', join(EXAMPLES, 'keyed-namespace.yaml'));
  const data = await kubectl.run('-n', 'internal', 'get', 'secret', 'routing', '-o', 'jsonpath={.data}');
  assert.deepEqual(JSON.parse(data), {
    'api-key': Buffer.from('replace-this-key').toString('base64'),
    'api-key.next': Buffer.from('replace-this-one-too').toString('base64'),
  });
});

/** The next line at each call; fails after the last line. */
function lineReader(stream: NodeJS.ReadableStream): () => Promise<string> {
  const chunks = stream.setEncoding('utf8')[Symbol.asyncIterator]();
  let text = '';
  return async () => {
    while (!text.includes('\n')) {
      const { value, done } = await chunks.next();
      if (done === true) throw new Error(`ended after ${text}`);
      text += String(value);
    }
    const end = text.indexOf('\n');
    const line = text.slice(0, end);
    text = text.slice(end + 1);
    return line;
  };
}
