import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_TEXT_LENGTH, readTlsSecret, sameTlsSecret } from '../../src/wiring/tls-secret.ts';

const secretOf = (data: unknown, more: object = {}) =>
  readTlsSecret({ metadata: { name: 'routing-tls', namespace: 'shop', uid: '1' }, data, ...more });
const base64 = (text: string) => Buffer.from(text).toString('base64');

const FIELDS = [
  { name: 'one pair', data: { 'tls.crt': base64('c'), 'tls.key': base64('k') }, pairs: ['tls c k'] },
  { name: 'the certificate only', data: { 'tls.crt': base64('c') }, pairs: ['tls c -'] },
  { name: 'the key only', data: { 'tls.key': base64('k') }, pairs: ['tls - k'] },
  { name: 'empty fields', data: { 'tls.crt': '', 'tls.key': null }, pairs: ['tls  '] },
  {
    name: 'further pairs, the main one first',
    data: { 'b.crt': base64('1'), 'b.key': base64('2'), 'a.key': base64('3'), 'tls.crt': base64('4') },
    pairs: ['tls 4 -', 'a - 3', 'b 1 2'],
  },
  { name: 'the issuer is not a pair', data: { 'ca.crt': base64('c'), 'ca.key': base64('k') }, pairs: [] },
  { name: 'other fields', data: { 'api-key': 'eA==', '.crt': 'eA==', crt: 'eA==' }, pairs: [] },
  { name: 'names of prototypes', data: { '__proto__.crt': base64('c') }, pairs: ['__proto__ c -'] },
  { name: 'values that are not strings', data: { 'tls.crt': 7, 'tls.key': {} }, pairs: ['tls - -'] },
  { name: 'no data', data: undefined, pairs: [] },
  { name: 'data that is a list', data: ['tls.crt'], pairs: [] },
] as const;

for (const { name, data, pairs } of FIELDS) {
  test(`pairs of a Secret: ${name}`, () => {
    const found = secretOf(data)?.pairs.map((it) => `${it.name} ${it.chain ?? '-'} ${it.key ?? '-'}`);
    assert.deepEqual(found, pairs);
  });
}

test('stringData wins over data', () => {
  const found = secretOf({ 'tls.crt': base64('old') }, { stringData: { 'tls.crt': 'new', 'tls.key': 'k' } });
  assert.deepEqual(found?.pairs, [{ name: 'tls', chain: 'new', key: 'k' }]);
});

test('podway keeps only as much of a text of 1 MiB as shows that it is too long', () => {
  const text = 'x'.repeat(2 ** 20);
  const ways = [secretOf({ 'tls.crt': base64(text) }), secretOf({}, { stringData: { 'tls.crt': text } })];
  for (const found of ways) assert.equal(found?.pairs[0]?.chain?.length, MAX_TEXT_LENGTH + 1);
});

test('twenty pairs are kept, further ones are counted', () => {
  const names = Array.from({ length: 25 }, (_, at) => `n${at + 10}`);
  const found = secretOf(Object.fromEntries([...names, 'tls'].map((name) => [`${name}.crt`, base64('c')])));
  assert.deepEqual(
    found?.pairs.map(({ name }) => name),
    ['tls', ...names.slice(0, 19)],
  );
  assert.equal(found?.further, 6);
});

test('the API server gives the age; a Secret without it counts as younger than any other', () => {
  const metadata = { name: 'routing-tls', namespace: 'shop' };
  const dated = readTlsSecret({ metadata: { ...metadata, creationTimestamp: '2026-01-02T03:04:05Z' } });
  assert.equal(dated?.created, Date.UTC(2026, 0, 2, 3, 4, 5));
  for (const creationTimestamp of [undefined, null, 7, 'never'])
    assert.equal(readTlsSecret({ metadata: { ...metadata, creationTimestamp } })?.created, Infinity);
  assert.equal(readTlsSecret({ metadata: {} }), undefined, 'an object without a name');
});

test('an event that changes only parts that podway does not keep is not a change', () => {
  const pair = { 'tls.crt': base64('c'), 'tls.key': base64('k') };
  const before = secretOf(pair) ?? assert.fail();
  const same = (data: unknown, more?: object) => sameTlsSecret(before, secretOf(data, more) ?? assert.fail());
  assert.equal(same({ ...pair, 'ca.crt': 'eA==' }, { type: 'kubernetes.io/tls' }), true);
  assert.equal(same({ ...pair, 'tls.key': base64('other') }), false);
  assert.equal(same({ ...pair, 'a.crt': base64('c') }), false);
  assert.equal(same(pair, { metadata: { name: 'routing-tls', namespace: 'shop', uid: '2' } }), false);
});
