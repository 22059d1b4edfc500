import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChainTrust } from '../../src/control/chain-trust.ts';
import { type CertificateSpec, makeCertificate } from '../fixtures/certificates.ts';

const authority = (called: string, more: CertificateSpec = {}) =>
  makeCertificate({ names: [], called, authority: true, ...more });

const root = await authority('root');
const middle = await authority('middle', { by: root });
const lapsed = await authority('lapsed', { by: root, notAfter: '2021-01-01T00:00:00Z' });
const noAuthority = await makeCertificate({ names: [], called: 'no authority', by: root });
const leaf = (more: CertificateSpec) => makeCertificate({ names: ['a.x'], called: 'leaf', ...more });

const CASES = [
  { name: 'a chain to an authority', made: await leaf({ by: middle }), trusted: true },
  { name: 'RSA, signed by an authority itself', made: await leaf({ by: root, kind: 'rsa' }), trusted: true },
  { name: 'a self-signed certificate', made: await leaf({}), trusted: false },
  {
    name: 'another authority of the same name',
    made: await leaf({ by: await authority('root') }),
    trusted: false,
  },
  {
    name: 'an expired certificate',
    made: await leaf({ by: middle, notAfter: '2021-01-01T00:00:00Z' }),
    trusted: false,
  },
  { name: 'an expired issuer', made: await leaf({ by: lapsed }), trusted: false },
  { name: 'an issuer that may not issue', made: await leaf({ by: noAuthority }), trusted: false },
  {
    name: 'a missing issuer',
    made: { ...(await leaf({ by: middle })), chain: (await leaf({ by: middle })).certificate },
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
  assert.equal(await new ChainTrust(undefined).trusts(await leaf({ by: middle })), false);
});
