import assert from 'node:assert/strict';
import { createPrivateKey, hash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Certificate, readCertificate } from '../../src/wiring/certificate.ts';
import { certificateNames } from '../../src/wiring/certificate-names.ts';
import { makeCertificate } from '../fixtures/certificates.ts';

// The tests generate their keys: the repository holds no key.
const root = await makeCertificate({ names: [], commonName: 'root', authority: true });
const middle = await makeCertificate({ names: [], commonName: 'middle', authority: true, signedBy: root });
const leaf = await makeCertificate({
  names: ['a.x', '*.A.x', '10.0.0.1'],
  commonName: 'leaf',
  signedBy: middle,
});
const rsa = await makeCertificate({ kind: 'rsa' });
const other = await makeCertificate();

const read = (chain: string | undefined, key: string | undefined) =>
  readCertificate({ name: 'tls', chain, key });
const keyAs = (key: string, type: 'sec1' | 'pkcs1' | 'pkcs8', passphrase?: string) =>
  createPrivateKey(key).export({
    type,
    format: 'pem',
    ...(passphrase !== undefined && { cipher: 'aes-256-cbc', passphrase }),
  });
const crlf = (text: string) => text.replaceAll('\n', '\r\n');

function good(chain: string, key: string): Certificate {
  const found = read(chain, key);
  assert.ok(found !== undefined && 'id' in found, JSON.stringify(found));
  return found;
}

const READ = [
  { name: 'a chain', chain: leaf.chain, key: leaf.key },
  { name: 'line ends of Windows', chain: crlf(leaf.chain), key: crlf(leaf.key) },
  { name: 'a byte order mark', chain: `\u{feff}${leaf.chain}`, key: `\u{feff}${leaf.key}` },
  { name: 'a mark as bytes', chain: `\xef\xbb\xbf${leaf.chain}`, key: `\xef\xbb\xbf${leaf.key}` },
  {
    name: 'text around the blocks',
    chain: `Bag Attributes\n  a: b\n${leaf.chain}\nend`,
    key: `x\n${leaf.key}`,
  },
  { name: 'no line feed at the end', chain: leaf.chain.trimEnd(), key: leaf.key.trimEnd() },
  { name: 'the key in SEC1', chain: leaf.chain, key: keyAs(leaf.key, 'sec1') },
  { name: 'a reversed chain', chain: middle.certificate + leaf.certificate, key: leaf.key },
  {
    name: 'an unrelated certificate first',
    chain: other.certificate + middle.certificate + leaf.certificate,
    key: leaf.key,
  },
] as const;

for (const { name, chain, key } of READ) {
  test(`a certificate is read: ${name} (TL-11)`, () => {
    const found = good(chain, key);
    assert.equal(
      found.id,
      hash('sha256', leaf.chain, 'hex'),
      'every spelling of a certificate has the same id',
    );
    assert.equal(found.chain, leaf.chain);
    assert.deepEqual(found.names, ['a.x', '*.a.x', '10.0.0.1']);
    assert.equal(new Date(found.notBefore).toISOString(), '2020-01-01T00:00:00.000Z');
    assert.equal(new Date(found.notAfter).toISOString(), '2120-01-01T00:00:00.000Z');
    assert.equal(found.keyKind, 'ec');
  });
}

test('kinds of keys', async () => {
  assert.equal(good(rsa.chain, rsa.key).keyKind, 'rsa');
  assert.equal(good(rsa.chain, keyAs(rsa.key, 'pkcs1')).keyKind, 'rsa');
  const ed25519 = await makeCertificate({ kind: 'ed25519' });
  assert.equal(good(ed25519.chain, ed25519.key).keyKind, 'ed25519');
});

const short = await makeCertificate({ kind: 'rsa-1024' });
const manyNames = await makeCertificate({ names: Array.from({ length: 251 }, (_, at) => `h${at}.x`) });

const REFUSED = [
  { name: 'no key', chain: leaf.chain, key: undefined, problem: 'tls-pair-incomplete' },
  { name: 'an empty key', chain: leaf.chain, key: '\n', problem: 'tls-pair-incomplete' },
  { name: 'no certificate', chain: undefined, key: leaf.key, problem: 'tls-pair-incomplete' },
  { name: 'the key of another certificate', chain: leaf.chain, key: other.key, problem: 'tls-key-mismatch' },
  { name: 'a key of another kind', chain: leaf.chain, key: rsa.key, problem: 'tls-key-mismatch' },
  { name: 'only issuers', chain: middle.certificate, key: leaf.key, problem: 'tls-leaf-missing' },
  {
    name: 'an encrypted key',
    chain: leaf.chain,
    key: keyAs(leaf.key, 'pkcs8', 'x'),
    problem: 'tls-key-encrypted',
  },
  {
    name: 'an encrypted key in the old format',
    chain: leaf.chain,
    key: keyAs(leaf.key, 'sec1', 'x'),
    problem: 'tls-key-encrypted',
  },
  { name: 'DER', chain: leaf.der.toString('latin1'), key: leaf.key, problem: 'tls-not-pem' },
  { name: 'a malformed key', chain: leaf.chain, key: 'secret', problem: 'tls-not-pem' },
  {
    name: 'a public key',
    chain: leaf.chain,
    key: leaf.key.replaceAll('PRIVATE', 'PUBLIC'),
    problem: 'tls-not-pem',
  },
  {
    name: 'a damaged certificate',
    chain: leaf.certificate.replace(/\n..../, '\nAAAA'),
    key: leaf.key,
    problem: 'tls-certificate-malformed',
  },
  {
    name: 'a damaged issuer',
    chain: leaf.certificate + middle.certificate.replace(/\n..../, '\nAAAA'),
    key: leaf.key,
    problem: 'tls-certificate-malformed',
  },
  {
    name: 'a damaged key',
    chain: leaf.chain,
    key: leaf.key.replace(/\n..../, '\nAAAA'),
    problem: 'tls-key-malformed',
  },
  { name: '1 MB', chain: leaf.chain + 'x'.repeat(1_000_000), key: leaf.key, problem: 'tls-too-long' },
  { name: 'eleven certificates', chain: leaf.certificate.repeat(11), key: leaf.key, problem: 'tls-too-long' },
  { name: 'a key of 1,024 bits', chain: short.chain, key: short.key, problem: 'tls-key-unsupported' },
  { name: '251 names', chain: manyNames.chain, key: manyNames.key, problem: 'tls-too-many-names' },
] as const;

for (const { name, chain, key, problem } of REFUSED) {
  test(`a certificate is refused: ${name} (TL-11)`, () => {
    assert.deepEqual(read(chain, key), { problem });
  });
}

const UNDER_WAY = [
  ['', ''],
  ['', leaf.key],
  ['\n', undefined],
] as const;

for (const [chain, key] of UNDER_WAY) {
  test(`an empty certificate counts as missing, as while one is being issued: ${key === leaf.key ? 'with' : 'without'} a key (TL-11)`, () => {
    assert.equal(read(chain, key), undefined);
  });
}

test('no text causes an exception, and a rejection quotes no text (TL-11)', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(leaf.chain, leaf.key, rsa.key, 'DNS:', '\0'),
  );
  const text = fc.array(part, { maxLength: 4 }).map((parts) => parts.join('\n'));
  fc.assert(
    fc.property(text, text, (chain, key) => {
      const found = read(chain, key);
      if (found !== undefined && 'problem' in found) assert.deepEqual(Object.keys(found), ['problem']);
    }),
  );
});

const NAMES = [
  { san: undefined, names: [] },
  { san: 'DNS:a.x, DNS:*.A.X, DNS:a.x', names: ['a.x', '*.a.x'] },
  { san: 'IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1', names: ['10.0.0.1', '[::1]'] },
  { san: 'email:a@b.c, URI:https://a.x/, DNS:b.x', names: ['b.x'] },
  { san: 'DNS:"a.x, DNS:evil.x", DNS:b.x', names: ['b.x'], quoted: true },
  { san: 'DNS:w*.x, DNS:*.*.x, DNS:*, DNS:_a.x, DNS:a..x, DNS:.x, DNS:a.x.', names: [] },
] as const;

for (const { san, names } of NAMES) {
  test(`names of a certificate: ${san ?? 'none'}`, () => {
    assert.deepEqual(certificateNames(san), names);
  });
}
