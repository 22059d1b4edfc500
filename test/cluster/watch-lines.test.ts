import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineSplitter } from '../../src/cluster/watch/line-splitter.ts';
import { readWatchLine } from '../../src/cluster/watch/line.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { followApi } from './recorded-source.ts';
import { MALFORMED_LINES } from './malformed-lines.ts';
import { pod, secret } from './objects.ts';

const LINES = ['{"a":"ünï"}', '', '{"b":"日本語 🚂"}\r', '{"c":"é"}'];
const BYTES = Buffer.from(`${LINES.join('\n')}\n`);

test('lines are the same for any split of the bytes, also within a UTF-8 sequence (K8-15)', () => {
  for (let one = 0; one <= BYTES.length; one++) {
    for (let two = one; two <= BYTES.length; two++) {
      const splitter = new LineSplitter(100);
      const pieces = [BYTES.subarray(0, one), BYTES.subarray(one, two), BYTES.subarray(two)];
      assert.deepEqual(
        pieces.flatMap((piece) => splitter.push(piece)),
        LINES,
      );
    }
  }
});

const TOO_LONG: readonly (readonly [string, readonly string[]])[] = [
  ['without an end', ['12345', '67890', '1']],
  ['with its end in the same read', ['12345678901\n']],
  ['with its end in a later read', ['1234567890', '1\n']],
];

for (const [name, pieces] of TOO_LONG) {
  test(`a line over the limit is detected ${name}`, () => {
    const splitter = new LineSplitter(10);
    const results = pieces.map((piece) => splitter.push(Buffer.from(piece)));
    assert.equal(results.at(-1), undefined);
    assert.ok(results.slice(0, -1).every((it) => it !== undefined));
  });
}

for (const line of MALFORMED_LINES) {
  test(`malformed: ${line.slice(0, 80)}`, () => {
    assert.equal(readWatchLine(line).type, 'malformed');
  });
}

test('the content of a malformed line is never reported: it may be a key', async () => {
  await using api = await KubernetesApi.start();
  await using following = await followApi(api);
  const watch = await api.untilWatching('secrets');
  watch.raw(`${JSON.stringify(secret('default')).slice(0, -1)}\n`);
  const problem = await following.problem('malformed', 'secrets');
  assert.ok(!JSON.stringify([problem, following.states]).includes('c3VwZXJzZWNyZXQ='));
});

test('a delete has the uid of the deleted object', async () => {
  assert.deepEqual(
    readWatchLine(
      '{"type":"DELETED","object":{"metadata":{"name":"a","namespace":"n","uid":"u","resourceVersion":"1"}}}',
    ),
    { type: 'delete', version: '1', id: { uid: 'u', namespace: 'n', name: 'a' } },
  );
});

test('an object whose name is a property of Object.prototype is an ordinary object', async () => {
  await using api = await KubernetesApi.start();
  await using following = await followApi(api);
  await following.synced();
  api.apply(pod('constructor'));
  await following.until(() => following.pods.includes('apply default/constructor'));
});
