import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CertificateDelta } from '../../src/boundary/certificates.ts';
import type { NamespaceSecret } from '../../src/wiring/secret.ts';
import { certificateFor, CertificateScene, NOW, routing, tlsSecret } from './certificate-scene.ts';
import { Cluster, listed } from './cluster.ts';

const first = await certificateFor('a.x');
const renewed = await certificateFor('a.x', { commonName: 'renewed' });
const wildcard = await certificateFor('*.x');
const wildcardRenewed = await certificateFor('*.x', { commonName: 'renewed' });
const other = await certificateFor('b.x');
const BROKEN = { chain: first.chain, key: other.key };
const EMPTY = { chain: '', key: '' };

test('an unusable pair does not replace a good one, and is reported (TL-11)', () => {
  const scene = new CertificateScene(['one: a.x']).secrets(tlsSecret('one', first));
  scene.secrets(tlsSecret('one', { tls: BROKEN }));
  assert.deepEqual(scene.served('a.x'), [first.chain]);
  assert.deepEqual(scene.rejections(), ['one/routing-tls tls-key-mismatch tls.crt']);
  scene.secrets(tlsSecret('one', { tls: { chain: first.chain, key: 'x' } }));
  assert.deepEqual(scene.served('a.x'), [first.chain], 'after the second change, too');
  scene.secrets(tlsSecret('one', renewed));
  assert.deepEqual(scene.served('a.x'), [renewed.chain]);
  assert.deepEqual(scene.rejections(), []);
});

test('each pair of a Secret is checked separately (TL-11)', () => {
  const scene = new CertificateScene(['one: a.x b.x']);
  scene.secrets(tlsSecret('one', { tls: first, b: other }));
  scene.secrets(tlsSecret('one', { tls: renewed, b: BROKEN }));
  assert.deepEqual(scene.served('a.x'), [renewed.chain]);
  assert.deepEqual(scene.served('b.x'), [other.chain]);
  assert.deepEqual(scene.rejections(), ['one/routing-tls tls-key-mismatch b.crt']);
  scene.secrets(tlsSecret('one', { tls: renewed }));
  assert.equal(scene.served('b.x'), 'none', 'a pair that was removed');
});

test('an unusable Secret without an earlier good pair, and an unusable one that replaces a deleted Secret, serve no certificate (TL-11)', () => {
  const scene = new CertificateScene(['one: a.x']).secrets(tlsSecret('one', { tls: BROKEN }));
  assert.equal(scene.served('a.x'), 'none');
  scene.secrets(tlsSecret('one', first));
  scene.secrets(tlsSecret('one', { tls: BROKEN }, { uid: 'created again' }));
  assert.equal(scene.served('a.x'), 'none');
});

test('an empty Secret, as while a certificate is being issued, counts as missing and is not reported (TL-11)', () => {
  const scene = new CertificateScene(['one: a.x']).secrets(tlsSecret('one', { tls: EMPTY }));
  assert.equal(scene.served('a.x'), 'none');
  assert.deepEqual(scene.rejections(), []);
});

test('a Secret without any pair is reported', () => {
  const scene = new CertificateScene(['one: a.x']).secrets(tlsSecret('one', {}));
  assert.deepEqual(scene.rejections(), ['one/routing-tls tls-pair-incomplete tls.crt']);
});

test('a certificate that is listed before the pods is not rejected meanwhile', () => {
  const scene = new Cluster('segment', { tlsSecrets: ['routing-tls'] });
  for (const event of listed([tlsSecret('one', first), tlsSecret('two', other)]))
    scene.inventory.tlsSecretsOf('routing-tls', event);
  scene.publish(NOW);
  assert.deepEqual(scene.inventory.rejections().all(), []);
  for (const event of listed([routing('one: a.x')])) scene.inventory.pods(event);
  for (const event of listed<NamespaceSecret>([])) scene.inventory.secrets(event);
  scene.publish(NOW);
  assert.deepEqual(
    scene.inventory.takeRejections().appeared.map(({ object, reason }) => [object.namespace, reason]),
    [['two', 'tls-host-not-routed']],
  );
});

test('a renewed file of podway is served, and an unusable one is reported (TL-11)', () => {
  const scene = new CertificateScene(['one: a.x']).files({ wild: wildcard, default: other });
  scene.files({ wild: { tls: { chain: wildcard.chain, key: other.key } }, default: other });
  assert.deepEqual(scene.served('a.x'), [wildcard.chain]);
  assert.deepEqual(scene.rejections(), ['File/wild tls-key-mismatch tls.crt']);
  scene.files({ wild: wildcardRenewed });
  assert.deepEqual(scene.served('a.x'), [wildcardRenewed.chain]);
  assert.equal(scene.served('q.q'), 'none', 'the default is removed');
  assert.deepEqual(scene.rejections(), []);
});

test('a valid certificate replaces one that expires, at that time (TL-12)', async () => {
  const june = await certificateFor('a.x', { notAfter: '2026-06-10T00:00:00Z', commonName: 'june' });
  const july = await certificateFor('a.x', { notBefore: '2026-06-05T00:00:00Z', commonName: 'july' });
  const scene = new CertificateScene(['one: a.x', 'two: a.x']);
  scene.secrets(tlsSecret('one', june, { day: 1 }), tlsSecret('two', july, { day: 2 }));
  const days = [1, 6, 10, 11];
  const seen = days.map((day) => {
    scene.now = Date.UTC(2026, 5, day);
    scene.publish();
    return scene.served('a.x')[0] === june.chain ? 'june' : 'july';
  });
  assert.deepEqual(seen, ['june', 'june', 'july', 'july']);
  scene.now = Date.UTC(2026, 5, 7);
  scene.publish();
  assert.deepEqual(scene.served('a.x'), [june.chain], 'a clock that is set back');
});

test('the inventory knows when the next certificate begins or ends', async () => {
  const scene = new CertificateScene(['one: a.x']);
  assert.equal(scene.inventory.certificates?.nextTurn, Infinity);
  const june = await certificateFor('a.x', { notAfter: '2026-06-10T00:00:00Z', commonName: 'june' });
  scene.secrets(tlsSecret('one', june));
  scene.publish();
  assert.equal(scene.inventory.certificates?.nextTurn, Date.UTC(2026, 5, 10));
  scene.now = Date.UTC(2026, 5, 11);
  scene.publish();
  assert.ok((scene.inventory.certificates?.nextTurn ?? 0) > scene.now);
});

/** The certificates in a change. */
function delta(scene: CertificateScene, change: () => void): CertificateDelta | undefined {
  change();
  const found = scene.inventory.takeDelta(NOW);
  if (found !== undefined) scene.deliver(found);
  return found;
}

test('a change has only what it changes, among 300 Secrets', async () => {
  const scene = new CertificateScene();
  const secrets = Array.from({ length: 300 }, (_, at) => tlsSecret(`ns${at}`, wildcard));
  for (const { namespace } of secrets)
    scene.inventory.pods({ type: 'apply', object: routing(`${namespace}: ${namespace}.x`) });
  scene.listSecrets(secrets);
  assert.equal(scene.table.certificates.size, 1, 'several Secrets with the same certificate share one copy');
  const apply = (pair: typeof first) => () =>
    scene.inventory.tlsSecretsOf('routing-tls', { type: 'apply', object: tlsSecret('ns7', pair) });
  const changed = delta(scene, apply(wildcardRenewed));
  assert.deepEqual(
    [
      changed?.certificates.length,
      changed?.hostCertificates.map(({ host }) => host),
      changed?.certificatesGone,
    ],
    [1, ['ns7.x'], []],
  );
  assert.equal(delta(scene, apply(wildcardRenewed)), undefined, 'the same again');
  const back = delta(scene, apply(wildcard));
  assert.deepEqual([back?.certificates, back?.certificatesGone.length], [[], 1]);
  const routed = delta(scene, () =>
    scene.inventory.pods({ type: 'apply', object: routing('ns7: ns7.x more.x') }),
  );
  assert.deepEqual(
    routed?.hostCertificates.map(({ host }) => host),
    ['more.x'],
  );
});

test('hosts below a wildcard of the operator are not listed one by one, regardless of their number', () => {
  const hosts = Array.from({ length: 300 }, (_, at) => `h${at}.x`);
  const scene = new CertificateScene([`one: ${hosts.join(' ')}`]).files({ wild: wildcard });
  assert.deepEqual(
    scene.inventory.whole().hostCertificates.map(({ host }) => host),
    ['*.x'],
  );
  assert.deepEqual(scene.served('h7.x'), [wildcard.chain]);
});

test('a worker that starts later gets the same certificates', () => {
  const scene = new CertificateScene(['one: a.x', 'two: *.x']);
  scene.secrets(tlsSecret('one', first), tlsSecret('two', wildcard)).files({ default: other });
  const late = new CertificateScene();
  late.deliver({ ...scene.inventory.whole(), reset: true });
  for (const host of ['a.x', 'q.x', 'q.q', undefined])
    assert.deepEqual(late.served(host), scene.served(host));
});

test('certificates stay during a relist, and are removed when the list does not have them (TL-16)', () => {
  const scene = new CertificateScene(['one: a.x'], ['routing-tls', 'routing-tls-rsa']);
  assert.equal(scene.inventory.certificatesListed, false);
  scene.listSecrets([tlsSecret('one', first)]);
  assert.equal(scene.inventory.certificatesListed, false, 'only one name has been listed');
  scene.listSecrets([], 'routing-tls-rsa');
  assert.equal(scene.inventory.certificatesListed, true);
  scene.inventory.tlsSecretsOf('routing-tls', { type: 'init' });
  scene.publish();
  assert.deepEqual(scene.served('a.x'), [first.chain]);
  scene.listSecrets([]);
  assert.equal(scene.served('a.x'), 'none');
});

test('Secrets of all configured names count, and Secrets of other names do not (TL-07)', async () => {
  const rsa = await certificateFor('a.x', { kind: 'rsa' });
  const scene = new CertificateScene(['one: a.x'], ['routing-tls', 'routing-tls-rsa']);
  scene.secrets(tlsSecret('one', first), tlsSecret('one', rsa, { name: 'routing-tls-rsa' }));
  scene.secrets(tlsSecret('one', wildcard, { name: 'other' }));
  assert.deepEqual(scene.served('a.x'), [first.chain, rsa.chain]);
});

test('no listing shows a private key, of used or of rejected pairs (TL-18)', () => {
  const scene = new CertificateScene(['one: a.x', 'two: a.x']).files({ default: other });
  scene.secrets(tlsSecret('one', { tls: first, bad: BROKEN }), tlsSecret('two', renewed));
  const shown = JSON.stringify(scene.inventory.listing());
  for (const { key } of [first, renewed, other])
    for (const line of key.split('\n')) assert.ok(line.length < 20 || !shown.includes(line));
  assert.ok(!shown.includes('PRIVATE'));
});
