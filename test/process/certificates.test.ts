import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { type CertificateSpec, makeCertificate, type MadeCertificate } from '../fixtures/certificates.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { samplesOf } from '../telemetry/exposition.ts';
import { type Podway, runPodway, startPodway } from './podway.ts';

const made = (name: string, more: CertificateSpec = {}) => makeCertificate({ names: [name], ...more });
const first = await made('a.x');
const renewed = await made('a.x');
const wildcard = await made('*.x');

function tlsSecret(namespace: string, { chain, key }: Pick<MadeCertificate, 'chain' | 'key'>) {
  const metadata = { name: 'routing-tls', namespace };
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { 'tls.crt': chain, 'tls.key': key } };
}

/** The Secret in the form in which the API server stores it: with `data` only. */
function stored(namespace: string, { chain, key }: MadeCertificate) {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const { apiVersion, kind, metadata } = tlsSecret(namespace, { chain, key });
  return { apiVersion, kind, metadata, data: { 'tls.crt': base64(chain), 'tls.key': base64(key) } };
}

/** A TLS connection. The test closes it at its end. */
async function handshake({ address, tlsPort }: Podway, servername: string): Promise<TLSSocket> {
  const socket = connect({ host: address, port: tlsPort, servername, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

/** What podway reports to a pod about a client with this certificate. */
async function verdictOn(
  { address, tlsPort }: Podway,
  { chain: cert, key }: MadeCertificate,
): Promise<string> {
  const socket = connect({
    host: address,
    port: tlsPort,
    servername: 'a.x',
    rejectUnauthorized: false,
    cert,
    key,
  });
  await once(socket, 'secureConnect');
  socket.end('GET / HTTP/1.1\r\nHost: a.x\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const bytes of socket.setEncoding('latin1')) text += bytes;
  return text.split('\r\n').at(-1)?.split(':', 1)[0] ?? '';
}

async function presented(podway: Podway, servername: string): Promise<string> {
  const socket = await handshake(podway, servername);
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  return raw.toString('base64');
}

const derOf = ({ der }: MadeCertificate) => der.toString('base64');

/** The response to a GET on the connection. */
async function ask(socket: TLSSocket): Promise<string> {
  socket.write('GET / HTTP/1.1\r\nHost: a.x\r\n\r\n');
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString('latin1').split('\r\n', 1)[0] ?? '';
}

/** A folder with these files, which is deleted after the test. */
async function operatorFolder(files: Readonly<Record<string, string>>) {
  const path = await mkdtemp(join(tmpdir(), 'podway-operator-'));
  const write = async (all: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(all)) await writeFile(join(path, name), text);
  };
  await write(files);
  return { path, write, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

test('certificates of the cluster and of the operator are renewed with the next handshake, while open connections continue', async (t) => {
  const pod = createServer(({ headers }, response) =>
    response.end(String(headers['x-client-verify'])),
  ).listen(0, '127.0.0.1');
  t.after(() => pod.close());
  await once(pod, 'listening');
  await using api = await KubernetesApi.start({
    rules: [
      { verbs: ['get', 'list', 'watch'], resources: ['pods'] },
      { verbs: ['get', 'list', 'watch'], resources: ['secrets'], resourceNames: ['routing', 'routing-tls'] },
    ],
  });
  const { port } = pod.address() as AddressInfo;
  api.apply(podManifest({ name: 'a', hosts: 'a.x', paths: '/', port }));
  api.apply(stored('default', first));
  const root = await makeCertificate({ names: [], commonName: 'root', authority: true });
  const trusted = await made('t.y', { signedBy: root });
  const wild = await made('*.y');
  await using folder = await operatorFolder({ ...pairOf(wild, 'default'), 'ca.pem': root.certificate });
  const others = await makeCertificate({ names: [], commonName: 'others', authority: true });
  const [robot, guest] = [await made('robot', { signedBy: root }), await made('other', { signedBy: others })];
  await using authorities = await operatorFolder({ 'clients.pem': root.certificate });
  api.apply(podManifest({ name: 't', namespace: 'one', hosts: 't.y', paths: '/', port }));
  api.apply(podManifest({ name: 'u', namespace: 'two', hosts: 'u.y', paths: '/', port }));
  api.apply(stored('one', trusted));
  api.apply(stored('two', await made('u.y')));
  await using podway = await startPodway({
    tls: true,
    env: {
      TLS_CERTIFICATES: folder.path,
      TLS_TENANT_CA_FILE: join(folder.path, 'ca.pem'),
      CLIENT_CERTIFICATES: 'request',
      CLIENT_CA_FILE: join(authorities.path, 'clients.pem'),
    },
    kubeconfig: JSON.parse(api.kubeconfig()),
  });
  await podway.until(200);
  await podway.eventually(async () => assert.equal(await presented(podway, 't.y'), derOf(trusted)));
  assert.equal(await presented(podway, 'u.y'), derOf(wild), 'below the wildcard, and not trusted');
  assert.equal(await presented(podway, 'unknown.z'), derOf(wild));
  assert.equal(await presented(podway, 'a.x'), derOf(first));
  const open = await handshake(podway, 'a.x');
  assert.equal(await ask(open), 'HTTP/1.1 200 OK');

  api.apply(stored('default', renewed));
  await podway.eventually(async () => assert.equal(await presented(podway, 'a.x'), derOf(renewed)));
  assert.equal(await ask(open), 'HTTP/1.1 200 OK');
  open.destroy();
  const other = await made('*.y');
  await folder.write(pairOf(other, 'default'));
  await podway.eventually(async () => assert.equal(await presented(podway, 'u.y'), derOf(other)));

  const verdicts = async () => [await verdictOn(podway, robot), await verdictOn(podway, guest)];
  assert.deepEqual(await verdicts(), ['SUCCESS', 'FAILED']);
  await authorities.write({ 'clients.pem': others.certificate });
  await podway.eventually(async () => assert.deepEqual(await verdicts(), ['FAILED', 'SUCCESS']));
  await authorities.write({ 'clients.pem': 'x' });
  await podway.eventually(async () => assert.match(podway.stdout, /CLIENT_CA_FILE=.* stay in use/));
  assert.deepEqual(await verdicts(), ['FAILED', 'SUCCESS']);

  const routes = (await podway.admin('/routes')).body;
  const shown = JSON.parse(routes).certificates.find(({ host }: { host: string }) => host === 'a.x');
  assert.deepEqual(
    { ...shown.certificates[0], sha256: '' },
    {
      namespace: 'default',
      secret: 'routing-tls',
      pair: 'tls',
      sha256: '',
      keyKind: 'ec',
      notBefore: '2020-01-01T00:00:00.000Z',
      notAfter: '2120-01-01T00:00:00.000Z',
    },
  );
  const metrics = (await podway.admin('/metrics')).body;
  const samples = samplesOf(metrics);
  assert.equal(samples.get('podway_tls_certificates'), 3);
  assert.equal(
    samples.get('podway_tls_certificate_not_after_seconds{namespace="default",secret="routing-tls"}'),
    4_733_510_400,
  );
  podway.kill('SIGTERM');
  const { stdout, stderr, code } = await podway.ended;
  assert.equal(code, 0);
  const output = [routes, metrics, stdout, stderr].join();
  assert.match(stdout, /"certificates":\d/);
  for (const { key } of [first, renewed, trusted, wild, other])
    for (const line of key.split('\n')) assert.ok(line.length < 20 || !output.includes(line));
});

/** The two files of a certificate: its chain and its key. */
function pairOf({ chain, key }: MadeCertificate, name: string): Readonly<Record<string, string>> {
  return { [`${name}.crt`]: chain, [`${name}.key`]: key };
}

test('podway check shows the certificate of each host, and the unused ones', async () => {
  const root = await makeCertificate({ names: [], commonName: 'root', authority: true });
  await using folder = await operatorFolder({
    'wild.crt': wildcard.chain,
    'wild.key': wildcard.key,
    'broken.crt': wildcard.chain,
    'ca.pem': root.certificate,
  });
  const ended = await runPodway({
    args: ['check'],
    tls: true,
    env: { TLS_CERTIFICATES: folder.path, TLS_TENANT_CA_FILE: join(folder.path, 'ca.pem') },
    manifests: {
      'a.json': podManifest({ name: 'a', namespace: 'one', hosts: 'a.x b.y', paths: '/', port: 80 }),
      'tls.json': tlsSecret('one', await made('a.x', { signedBy: root })),
    },
  });
  const expected = [
    /^tls a\.x: Secret one\/routing-tls tls\.crt until 2120-01-01T00:00:00\.000Z$/m,
    /^tls b\.y: none, the handshake is refused$/m,
    /^tls \*\.x: file wild wild\.crt until 2120-01-01T00:00:00\.000Z$/m,
    /^rejected: File broken: tls-pair-incomplete: broken\.crt \(expected a certificate and its private key/m,
  ];
  for (const pattern of expected) assert.match(ended.stdout, pattern);
  assert.deepEqual([ended.code, ended.stderr], [1, '']);
});
