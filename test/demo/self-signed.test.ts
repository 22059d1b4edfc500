import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createSecureContext } from 'node:tls';
import { selfSigned } from '../../src/cli/demo/self-signed.ts';

const ADDRESSES = ['127.0.0.1', '::1', '2001:db8::1:2', '::ffff:192.0.2.1', '1:2:3:4:5:6:7:8'];
const NOW = Date.UTC(2026, 0, 1);
const { certificate, key } = selfSigned(['localhost', 'demo.localhost', ...ADDRESSES], NOW);
const read = new X509Certificate(certificate);

test('a certificate of the demo has its names and addresses, and is valid for a month', () => {
  for (const name of ['localhost', 'demo.localhost']) assert.ok(read.checkHost(name), name);
  assert.equal(read.checkHost('example.com'), undefined);
  for (const address of ADDRESSES) assert.ok(read.checkIP(address), address);
  assert.equal(Date.parse(read.validFrom), NOW - 86_400_000);
  assert.equal(Date.parse(read.validTo), NOW + 30 * 86_400_000);
});

test('a certificate of the demo is signed by its own key, and a TLS server accepts both', () => {
  assert.ok(read.verify(read.publicKey));
  assert.ok(read.checkPrivateKey(createPrivateKey(key)));
  assert.ok(createSecureContext({ cert: certificate, key }));
});

test('two certificates of the demo never share a serial number or a key', () => {
  const other = new X509Certificate(selfSigned(['localhost']).certificate);
  assert.notEqual(other.serialNumber, read.serialNumber);
  assert.notEqual(other.fingerprint256, read.fingerprint256);
});

test('every length in a certificate of the demo has its shortest encoding, as DER and Go require', () => {
  const lengths: number[] = [];
  const walk = (der: Buffer): void => {
    for (let at = 0; at < der.length; ) {
      const [tag = 0, first = 0] = der.subarray(at);
      const count = first < 0x80 ? 0 : first & 0x7f;
      const body = at + 2 + count;
      const length = count === 0 ? first : der.readUIntBE(at + 2, count);
      if (count > 0) assert.equal(count, length < 0x80 ? 0 : length < 0x100 ? 1 : 2, `a length of ${length}`);
      lengths.push(length);
      // A constructed element contains elements.
      if ((tag & 0x20) !== 0) walk(der.subarray(body, body + length));
      at = body + length;
    }
  };
  const names = Array.from({ length: 16 }, (_, at) => `host-${at}.demo.localhost`);
  for (const [at] of names.entries()) walk(new X509Certificate(selfSigned(names.slice(at)).certificate).raw);
  assert.ok(lengths.some((it) => it >= 0x80 && it < 0x100) && lengths.some((it) => it >= 0x100));
});
