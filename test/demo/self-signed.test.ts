import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createSecureContext } from 'node:tls';
import { selfSigned } from '../../src/cli/demo/self-signed.ts';

const ADDRESSES = ['127.0.0.1', '::1', '2001:db8::1:2', '::ffff:192.0.2.1', '1:2:3:4:5:6:7:8'];
const NOW = Date.UTC(2026, 0, 1);
const { certificate, key } = selfSigned(['localhost', 'demo.localhost', ...ADDRESSES], NOW);
const read = new X509Certificate(certificate);

test('a certificate of the demo is for its names and addresses, and for a month', () => {
  for (const name of ['localhost', 'demo.localhost']) assert.ok(read.checkHost(name), name);
  assert.equal(read.checkHost('example.com'), undefined);
  for (const address of ADDRESSES) assert.ok(read.checkIP(address), address);
  assert.equal(Date.parse(read.validFrom), NOW - 86_400_000);
  assert.equal(Date.parse(read.validTo), NOW + 30 * 86_400_000);
});

test('a certificate of the demo is signed by its key, and a TLS server takes both', () => {
  assert.ok(read.verify(read.publicKey));
  assert.ok(read.checkPrivateKey(createPrivateKey(key)));
  assert.ok(createSecureContext({ cert: certificate, key }));
});

test('no two certificates of the demo have a serial number or a key in common', () => {
  const other = new X509Certificate(selfSigned(['localhost']).certificate);
  assert.notEqual(other.serialNumber, read.serialNumber);
  assert.notEqual(other.fingerprint256, read.fingerprint256);
});
