import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import { ANY_HOST } from '../../src/boundary/certificates.ts';
import type { HandshakeFailure } from '../../src/boundary/handshakes.ts';
import { get, head } from '../fixtures/check.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import type { Scene } from '../fixtures/scene.ts';
import { secureClient, startTlsScene, TestCertificates } from '../fixtures/tls-scene.ts';

const certificates = await TestCertificates.make({
  t: { names: 'DNS:t.local' },
  a: { names: 'DNS:a.local' },
  'a-rsa': { names: 'DNS:a.local', key: 'rsa' },
  wildcard: { names: 'DNS:*.w.local' },
  renewed: { names: 'DNS:a.local' },
});
after(() => certificates[Symbol.asyncDispose]());
const { ca } = certificates;

const pods = [{ name: 'o1', hosts: 't.local a.local b.w.local' }];
const SERVE = { 'a.local': ['a', 'a-rsa'], '*.w.local': ['wildcard'] };

const ASK_A = head('GET / HTTP/1.1', 'Host: a.local');

/** What the certificate that a client gets is for. */
async function presented(scene: Scene, options: ConnectionOptions): Promise<string | undefined> {
  const { client, stream } = await secureClient(scene, { ca, rejectUnauthorized: false, ...options });
  const { subject } = stream.getPeerCertificate();
  client.close();
  return String(subject.CN);
}

const RSA_ONLY = { sigalgs: 'rsa_pss_rsae_sha256', maxVersion: 'TLSv1.2' } as const;

const NAMES = [
  { name: 'its own', servername: 'a.local', gets: 'a' },
  { name: 'its own in capitals', servername: 'A.LOCAL', gets: 'a' },
  { name: 'its own with a dot at its end', servername: 'a.local.', gets: 'a' },
  { name: 'one with RSA if the client knows no other', servername: 'a.local', gets: 'a-rsa', ...RSA_ONLY },
  { name: 'that of a wildcard', servername: 'b.w.local', gets: 'wildcard' },
  { name: 'the default below another label', servername: 'c.b.w.local', gets: 't' },
  { name: 'the default if it is unknown', servername: 'unknown', gets: 't' },
  { name: 'the default if it has a port', servername: 'a.local:443', gets: 't' },
  { name: 'the default if it is longer than DNS allows', servername: 'a'.repeat(255), gets: 't' },
  { name: 'the default if it is none', servername: 'ä\u0001 .', gets: 't' },
  { name: 'the default without a name', servername: '', gets: 't' },
];

for (const { name, gets, ...options } of NAMES) {
  test(`a client that names a host gets the certificate: ${name} (TL-07, TL-08)`, async () => {
    await using scene = await startTlsScene(certificates, { pods, serve: { ...SERVE, [ANY_HOST]: ['t'] } });
    assert.equal(await presented(scene, options), gets);
  });
}

/** Failures since the last call. */
function failures(scene: Scene): Partial<Record<HandshakeFailure, number>> {
  const { failed } = scene.router.snapshot().handshakes;
  return Object.fromEntries(failed.map(({ reason, count }) => [reason, count]));
}

for (const servername of ['unknown', '']) {
  test(`without a default, who names ${servername || 'no host'} is refused with an alert (TL-09)`, async () => {
    await using scene = await startTlsScene(certificates, { pods, serve: SERVE });
    await assert.rejects(presented(scene, { servername }), {
      code: 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    });
    assert.deepEqual(failures(scene), { 'no-certificate': 1 });
    assert.equal(await presented(scene, { servername: 'a.local' }), 'a');
  });
}

test('a certificate that changes is presented at the next handshake, and open connections go on', async () => {
  await using scene = await startTlsScene(certificates, { pods, serve: SERVE });
  const { client } = await secureClient(scene, { ca, servername: 'a.local' });
  certificates.serve(scene.router, { 'a.local': ['renewed'] });
  assert.equal(await presented(scene, { servername: 'a.local' }), 'renewed');
  assert.equal((await client.exchange(ASK_A)).status, 200);
  client.close();
});

test('what a pod and the log learn of a client that came by TLS', async () => {
  await using scene = await startTlsScene(certificates, { pods });
  const { client } = await secureClient(scene, { ca, servername: 'T.local' });
  await client.exchange(get('/'));
  client.close();
  const request = await scene.origin('o1').request();
  assert.equal(request.value('x-forwarded-proto'), 'https');
  assert.equal(request.value('x-forwarded-port'), '443');
  assert.deepEqual(scene.router.log[0]?.tls, {
    version: 'TLSv1.3',
    protocol: 'http/1.1',
    sni: 't.local',
    resumed: false,
  });
});

test('HTTP without TLS is answered 400, and counted (TL-01)', async () => {
  await using scene = await startTlsScene(certificates, { pods });
  using client = await RawClient.connect(scene.router.tlsPort as number);
  const answer = await client.exchange(get('/'));
  assert.equal(answer.status, 400);
  assert.equal(answer.value('x-podway-reason'), 'plain-http');
  await client.closed();
  assert.deepEqual(failures(scene), { 'plain-http': 1 });
  assert.equal(scene.origin('o1').requests.length, 0);
});

test('a handshake that takes too long ends (TL-03)', async () => {
  await using scene = await startTlsScene(certificates, { pods, settings: { tlsHandshakeTimeout: 100 } });
  using silent = await RawClient.connect(scene.router.tlsPort as number);
  using half = await RawClient.connect(scene.router.tlsPort as number);
  await half.send(Buffer.from([0x16, 3, 1, 2, 0]));
  await Promise.all([silent.closed(), half.closed()]);
  assert.deepEqual(failures(scene), { timeout: 2 });
});

test('a balancer that only connects is no failed handshake', async () => {
  await using scene = await startTlsScene(certificates, { pods });
  using client = await RawClient.connect(scene.router.tlsPort as number);
  client.halfClose();
  await client.closed();
  assert.deepEqual(failures(scene), {});
});

/** A session that may be continued: with TLS 1.3 its ticket comes before the first answer. */
async function session(scene: Scene, options: ConnectionOptions): Promise<Buffer | undefined> {
  const { client, stream } = await secureClient(scene, options);
  await client.exchange(ASK_A);
  const ticket = stream.getSession();
  client.close();
  return ticket;
}

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`a session is continued at any worker that has its key, ${maxVersion} (TL-19)`, async () => {
    await using first = await startTlsScene(certificates, { pods, serve: SERVE });
    await using second = await startTlsScene(certificates, { pods, serve: SERVE });
    const [key, other] = [randomBytes(48), randomBytes(48)];
    for (const { router } of [first, second]) router.setTicketKey(key);
    const options = { ca, servername: 'a.local', maxVersion };
    const ticket = await session(first, options);
    const isReused = async (scene: Scene): Promise<boolean> => {
      const { client, stream } = await secureClient(scene, { ...options, session: ticket });
      const reused = stream.isSessionReused();
      assert.equal((await client.exchange(ASK_A)).status, 200);
      client.close();
      return reused;
    };
    assert.equal(await isReused(second), true);
    second.router.setTicketKey(other);
    assert.equal(await isReused(second), false, 'with the key of another epoch');
    certificates.serve(first.router, { 'a.local': ['renewed'], [ANY_HOST]: ['t'] });
    assert.equal(await isReused(first), true, 'after a new default');
    assert.equal(second.router.snapshot().handshakes.done.find((it) => it.resumed)?.count, 1);
  });
}
