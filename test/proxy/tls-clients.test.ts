/** Client programs that use the TLS port. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { ok } from '../fixtures/origin.ts';
import type { Scene } from '../fixtures/scene.ts';
import { startTlsScene, TestCertificates, type TlsSceneSpec } from '../fixtures/tls-scene.ts';

const certificates = await TestCertificates.untilExit({ t: { names: 'DNS:t.local' } });

const PROGRAM_LIMIT = 30_000;

interface ProgramEnd {
  readonly code: number;
  readonly stdout: string;
}

/** Runs a program. Code -1: it is not installed. */
function run(program: string, ...args: readonly string[]): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: PROGRAM_LIMIT }, (error, stdout) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout });
    });
    child.stdin?.end();
  });
}

const missing = async (program: string, debian: string): Promise<string | false> =>
  (await run(program, '--version')).code === -1 ? `no ${program} on this machine (Debian: ${debian})` : false;

const noCurl = await missing('curl', 'curl');
const noSslscan = await missing('sslscan', 'sslscan');

const PODS: TlsSceneSpec = {
  pods: [
    { name: 'o1' },
    { name: 'own', paths: '/own', answer: [ok('', 'Strict-Transport-Security: max-age=1')] },
  ],
  settings: { hsts: 'max-age=9', httpsRedirect: 'true' },
};

/** Runs curl, for which `t.local` is the router, with and without TLS. */
function curl({ router }: Scene, ...args: readonly string[]): Promise<ProgramEnd> {
  const resolve = [router.port, router.tlsPort].flatMap((port) => ['--resolve', `t.local:${port}:127.0.0.1`]);
  return run('curl', '-sSi', '--cacert', certificates.authority.path('ca'), ...resolve, ...args);
}

for (const [version, flag] of [
  ['1.1', '--http1.1'],
  ['2', '--http2'],
] as const) {
  test(`curl over HTTP/${version} trusts the certificate`, { skip: noCurl }, async () => {
    await using scene = await startTlsScene(certificates, PODS);
    const url = `https://t.local:${scene.router.tlsPort}`;
    const { code, stdout } = await curl(scene, flag, `${url}/`);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^HTTP/${version} 200 `));
    assert.match(stdout, /^strict-transport-security: max-age=9\r$/im);
    assert.match(stdout, /o1 GET \/$/);
    const own = await curl(scene, flag, `${url}/own`);
    assert.deepEqual(
      own.stdout.match(/^strict-transport-security: .*(?=\r$)/gim)?.map((it) => it.toLowerCase()),
      ['strict-transport-security: max-age=1'],
    );
  });
}

test('curl follows the redirect from http to https, with its query', { skip: noCurl }, async () => {
  await using scene = await startTlsScene(certificates, PODS);
  const { stdout } = await curl(scene, `http://t.local:${scene.router.port}/a?b=c`);
  assert.match(stdout, /^HTTP\/1\.1 308 /);
  assert.match(stdout, /^location: https:\/\/t\.local\/a\?b=c\r$/im);
});

test('curl that does not trust the certificate reports an error, and its connection is closed', {
  skip: noCurl,
}, async () => {
  await using scene = await startTlsScene(certificates, PODS);
  const url = `https://t.local:${scene.router.tlsPort}/`;
  const { code } = await run('curl', '-sS', '--resolve', `t.local:${scene.router.tlsPort}:127.0.0.1`, url);
  assert.equal(code, 60);
  while (scene.router.snapshot().gauges.downstream_connections > 0)
    await new Promise((resolve) => setTimeout(resolve, 5));
});

test('sslscan finds only TLS 1.2 and 1.3, without renegotiation', {
  skip: noSslscan,
}, async () => {
  await using scene = await startTlsScene(certificates, PODS);
  const { stdout } = await run(
    'sslscan',
    '--no-colour',
    '--sni-name=t.local',
    `127.0.0.1:${scene.router.tlsPort}`,
  );
  for (const version of ['SSLv2', 'SSLv3', 'TLSv1.0', 'TLSv1.1'])
    assert.match(stdout, new RegExp(`^${version} +disabled`, 'm'));
  for (const version of ['TLSv1.2', 'TLSv1.3']) assert.match(stdout, new RegExp(`^${version} +enabled`, 'm'));
  assert.match(stdout, /not vulnerable to heartbleed/);
  assert.match(stdout, /^Session renegotiation not supported$/m);
  assert.doesNotMatch(
    stdout,
    /^(?:Accepted|Preferred) +TLSv1\.2 +.*(?:CBC|SHA\b|DHE-RSA-AES\d+-SHA|RC4|3DES)/m,
  );
});
