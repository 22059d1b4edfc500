import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCertificate } from '../fixtures/certificates.ts';
import { authoritiesIn } from '../../src/wiring/authorities.ts';

const { certificate } = await makeCertificate({ names: ['a.x'] });
const other = (await makeCertificate({ names: ['b.x'] })).certificate;
const [BEGIN, END] = ['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----'];
const CASES: readonly (readonly [string, string, readonly string[] | undefined])[] = [
  ['one', certificate, [certificate]],
  [
    'several certificates, with notes between them',
    `# ours\n${certificate}\ntheirs:\n${other}`,
    [certificate, other],
  ],
  ['indented, as in YAML', certificate.replaceAll(/^/gm, '    '), [certificate]],
  ['with CRLF', certificate.replaceAll('\n', '\r\n'), [certificate]],
  ['without a last line feed', certificate.trim(), [certificate]],
  [
    'a certificate with blocks of another kind',
    `${certificate}${certificate.replaceAll('CERTIFICATE', 'X509 CRL')}`,
    [certificate],
  ],
  ['none', '', undefined],
  ['other text', 'x', undefined],
  ['a malformed certificate', `${BEGIN}\nAAAA\n${END}\n`, undefined],
  ['an empty certificate', `${BEGIN}\n${END}\n`, undefined],
  ['a good and a malformed certificate', `${certificate}${BEGIN}\nAAAA\n${END}\n`, undefined],
  ['a good and a truncated certificate', certificate + other.slice(0, 200), undefined],
];

for (const [name, text, read] of CASES)
  test(`a file of authorities that holds ${name} is ${read === undefined ? 'refused' : 'read'}`, () => {
    assert.deepEqual(authoritiesIn(text), read);
  });

test('one unusable authority makes the file invalid', () => {
  const isOther = (it: { readonly subject: string }) => it.subject.includes('b.x');
  assert.deepEqual(authoritiesIn(other, isOther), [other]);
  assert.equal(authoritiesIn(`${other}${certificate}`, isOther), undefined);
});
