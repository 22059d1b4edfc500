import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { readSecret } from '../../src/wiring/secret.ts';
import { testTitle } from '../fixtures/test-title.ts';

/** The accepted header values, found by their digests, and `reason field` of each rejection. */
function check(
  row: string,
  content: object,
  values: readonly string[],
  rejections: readonly string[] = [],
): void {
  test(testTitle(row, JSON.stringify(content).slice(0, 100)), () => {
    const secret = readSecret({ metadata: { name: 'routing', namespace: 'a' }, ...content }, 'api-key');
    const digests = values.map((it) => createHash('sha256').update(it).digest('base64')).sort();
    assert.deepEqual(secret?.digests, digests);
    assert.deepEqual(
      secret?.rejections.map((it) => `${it.reason} ${it.detail}`),
      rejections,
    );
  });
}

const LARGE = Buffer.alloc(1024 * 1024, 0xfe).toString('base64');

check('T6', { data: { 'api-key': 'c3VwZXJzZWNyZXQ=' } }, ['c3VwZXJzZWNyZXQ=']);
check('T7', { data: { 'api-key': 'c3VwZXJzZWNyZXQK' } }, ['c3VwZXJzZWNyZXQK']);
check('T8, AU-12', { data: { 'api-key': '' } }, [], ['key-empty api-key']);
check('T8', { data: { other: 'c3VwZXJzZWNyZXQ=' } }, [], ['key-missing api-key']);
check('T8', {}, [], ['key-missing api-key']);
check('rotation', { data: { 'api-key': 'bmV3', 'api-key.old': 'b2xk' } }, ['bmV3', 'b2xk']);
check('rotation', { data: { 'api-key.a': 'bmV3', 'api-key.b': 'bmV3' } }, ['bmV3']);
check(
  'rotation',
  { data: { 'api-key': 'bmV3', 'api-key.': 'b2xk', 'api-key2': 'b2xk', 'my.api-key': 'b2xk' } },
  ['bmV3'],
);
check('rotation', { data: { 'api-key': '', 'api-key.old': 'b2xk' } }, ['b2xk'], ['key-empty api-key']);
check('by hand', { stringData: { 'api-key': 'supersecret' } }, ['c3VwZXJzZWNyZXQ=']);
check('by hand', { stringData: { 'api-key': 'ü' } }, ['w7w=']);
check('stringData wins', { data: { 'api-key': '!' }, stringData: { 'api-key': 'supersecret' } }, [
  'c3VwZXJzZWNyZXQ=',
]);
check('a YAML block', { data: { 'api-key': 'c3VwZXJz\nZWNyZXQ=\n' } }, ['c3VwZXJzZWNyZXQ=']);
for (const value of ['c3VwZXJzZWNyZXQ', 'c3VwZXJzZWNyZXR=', 'c3Vw ZXJz', '_-8=', '====', 'ü', 7, {}]) {
  check('malformed', { data: { 'api-key': value } }, [], ['key-malformed api-key']);
}
const fields = (count: number) => Array.from({ length: count }, (_, at) => `api-key.${1_000 + at}`);
const valueOf = (field: string) => Buffer.from(field).toString('base64');
check(
  'of too many keys the field itself and the first others count',
  {
    data: Object.fromEntries([...fields(5_000).toReversed(), 'api-key'].map((it) => [it, valueOf(it)])),
  },
  ['api-key', ...fields(99)].map(valueOf),
  ['too-many-keys 4901 further fields'],
);
check('null is an empty text to the API server', { data: { 'api-key': null } }, [], ['key-empty api-key']);
check(
  'a null in stringData takes precedence over data, too',
  { data: { 'api-key': 'bmV3' }, stringData: { 'api-key': null } },
  [],
  ['key-empty api-key'],
);
for (const data of [null, 7, 'x', [], ['api-key']]) check('K8-32', { data }, [], ['key-missing api-key']);
const MANY = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`other-${index}`, 'b2xk']));
check('1,000 fields (K8-32)', { data: { ...MANY, 'api-key': 'bmV3' } }, ['bmV3']);
check('1 MiB (K8-32)', { data: { 'api-key': LARGE } }, [LARGE]);
check(
  'a Secret of another type, and immutable (K8-32)',
  { type: 'kubernetes.io/tls', immutable: true, data: { 'api-key': 'bmV3' } },
  ['bmV3'],
);
check(
  'K8-40',
  JSON.parse('{"data":{"__proto__":{"api-key":"b2xk"}}}') as object,
  [],
  ['key-missing api-key'],
);

test('any bytes are a key (AU-14)', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 4096 }), (bytes) => {
      const value = Buffer.from(bytes).toString('base64');
      const secret = readSecret({ metadata: { name: 'routing' }, data: { 'api-key': value } }, 'api-key');
      assert.deepEqual(secret?.digests, [createHash('sha256').update(value).digest('base64')]);
    }),
  );
});

test('neither the key nor its base64 is kept (AU-29, E21)', () => {
  const secret = readSecret(
    {
      metadata: { name: 'routing' },
      data: { 'api-key': 'c3VwZXJzZWNyZXQ=', 'api-key.bad': 'c3VwZXJzZWNyZXR=' },
    },
    'api-key',
  );
  assert.doesNotMatch(JSON.stringify(secret), /c3VwZXJz|supersecret/);
});
