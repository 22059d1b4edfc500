import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChainTrust } from '../../src/control/chain-trust.ts';
import { type CertificateSpec, makeCertificate } from '../fixtures/certificates.ts';

const authority = (commonName: string, more: CertificateSpec = {}) =>
  makeCertificate({ names: [], commonName, authority: true, ...more });

const root = await authority('root');
const middle = await authority('middle', { signedBy: root });
const lapsed = await authority('lapsed', { signedBy: root, notAfter: '2021-01-01T00:00:00Z' });
const noAuthority = await makeCertificate({ names: [], commonName: 'no authority', signedBy: root });
const leaf = (more: CertificateSpec) => makeCertificate({ names: ['a.x'], commonName: 'leaf', ...more });

const CASES = [
  { name: 'a chain to an authority', made: await leaf({ signedBy: middle }), trusted: true },
  {
    name: 'RSA, signed by an authority itself',
    made: await leaf({ signedBy: root, kind: 'rsa' }),
    trusted: true,
  },
  { name: 'a self-signed certificate', made: await leaf({}), trusted: false },
  {
    name: 'another authority of the same name',
    made: await leaf({ signedBy: await authority('root') }),
    trusted: false,
  },
  {
    name: 'an expired certificate',
    made: await leaf({ signedBy: middle, notAfter: '2021-01-01T00:00:00Z' }),
    trusted: false,
  },
  { name: 'an expired issuer', made: await leaf({ signedBy: lapsed }), trusted: false },
  { name: 'an issuer that may not issue', made: await leaf({ signedBy: noAuthority }), trusted: false },
  {
    name: 'a missing issuer',
    made: { ...(await leaf({ signedBy: middle })), chain: (await leaf({ signedBy: middle })).certificate },
    trusted: false,
  },
  { name: 'no certificate', made: { chain: 'x', key: 'y' }, trusted: false },
] as const;

const trust = new ChainTrust(root.certificate);

for (const { name, made, trusted } of CASES) {
  test(`${trusted ? 'trusted' : 'not trusted'}: ${name}`, async () => {
    assert.equal(await trust.trusts(made), trusted);
  });
}

test('without a configured authority only the public ones are trusted', async () => {
  assert.equal(await new ChainTrust(undefined).trusts(await leaf({ signedBy: middle })), false);
});
