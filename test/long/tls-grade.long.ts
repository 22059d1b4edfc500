import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startTlsScene, TestCertificates } from '../fixtures/tls-scene.ts';

const run = promisify(execFile);
const LIMIT = 10 * 60_000;
/**
 * Findings that are expected: the certificate has no authority that testssl.sh knows, and the client's order of ciphers
 * counts. Mozilla's intermediate configuration recommends that, since all its ciphers are good and clients know their hardware.
 */
const EXPECTED = /^(?:cert_|OCSP|DNS_CAArecord|cipher_order$)/;

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

const missing = await run('testssl', ['--version']).then(
  () => false,
  () => 'no testssl on this machine (Debian: testssl.sh)',
);

test('testssl.sh has no finding above LOW about protocols, ciphers and known weaknesses', {
  skip: missing,
}, async () => {
  await using certificates = await TestCertificates.make({ t: { names: 'DNS:t.local' } });
  await using scene = await startTlsScene(certificates, { pods: [{ name: 'o1' }] });
  const file = join(certificates.authority.path('.'), 'testssl.json');
  const how = ['--quiet', '--color', '0', '--warnings', 'off', '--jsonfile', file];
  const what = ['--protocols', '--std', '--server-defaults', '--server-preference', '--vulnerable'];
  await run('testssl', [...how, ...what, `127.0.0.1:${scene.router.tlsPort}`], { timeout: LIMIT }).catch(
    () => undefined,
  );
  const findings = JSON.parse(await readFile(file, 'utf8')) as readonly Finding[];
  assert.ok(findings.length > 30, `${findings.length} findings`);
  const bad = findings.filter(({ severity }) => /^(?:MEDIUM|HIGH|CRITICAL)$/.test(severity));
  assert.deepEqual(
    bad.filter(({ id }) => !EXPECTED.test(id)),
    [],
  );
});
