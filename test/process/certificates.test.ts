import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { makeCertificate, type MadeCertificate } from '../fixtures/certificates.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { samplesOf } from '../telemetry/exposition.ts';
import { type Podway, runPodway, startPodway } from './podway.ts';

const TLS_PORT = 18_443;
const ENV = { TLS_PORT: String(TLS_PORT) };

const made = (name: string, more = {}) => makeCertificate({ names: [name], ...more });
const first = await made('a.x');
const renewed = await made('a.x');
const wildcard = await made('*.x');

function tlsSecret(namespace: string, { chain, key }: Pick<MadeCertificate, 'chain' | 'key'>) {
  const metadata = { name: 'routing-tls', namespace };
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { 'tls.crt': chain, 'tls.key': key } };
}

/** As the API server keeps it: `data` only. */
function stored(namespace: string, { chain, key }: MadeCertificate) {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const { apiVersion, kind, metadata } = tlsSecret(namespace, { chain, key });
  return { apiVersion, kind, metadata, data: { 'tls.crt': base64(chain), 'tls.key': base64(key) } };
}

/** A connection that ends with the test. */
async function handshake({ address }: Podway, servername: string): Promise<TLSSocket> {
  const socket = connect({ host: address, port: TLS_PORT, servername, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

async function presented(podway: Podway, servername: string): Promise<string> {
  const socket = await handshake(podway, servername);
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  return raw.toString('base64');
}

const derOf = ({ der }: MadeCertificate) => der.toString('base64');

/** What one GET on a connection is answered. */
async function ask(socket: TLSSocket): Promise<string> {
  socket.write('GET / HTTP/1.1\r\nHost: a.x\r\n\r\n');
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString('latin1').split('\r\n', 1)[0] ?? '';
}

test('a certificate of the cluster is served, a renewed one with the next handshake, and open connections go on', async () => {
  const pod = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
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
  await using podway = await startPodway({
    env: { ...ENV, WORKERS: '2' },
    kubeconfig: JSON.parse(api.kubeconfig()),
  });
  await podway.until(200);
  assert.equal(await presented(podway, 'a.x'), derOf(first));
  const open = await handshake(podway, 'a.x');
  assert.equal(await ask(open), 'HTTP/1.1 200 OK');

  api.apply(stored('default', renewed));
  await podway.eventually(async () => assert.equal(await presented(podway, 'a.x'), derOf(renewed)));
  assert.equal(await ask(open), 'HTTP/1.1 200 OK');
  open.destroy();

  const routes = (await podway.admin('/routes')).body;
  const [shown] = JSON.parse(routes).certificates;
  assert.equal(shown.host, 'a.x');
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
  assert.equal(samples.get('podway_tls_certificates'), 1);
  assert.equal(
    samples.get('podway_tls_certificate_not_after_seconds{namespace="default",secret="routing-tls"}'),
    4_733_510_400,
  );
  podway.kill('SIGTERM');
  const { stdout, stderr, code } = await podway.ended;
  assert.equal(code, 0);
  const said = [routes, metrics, stdout, stderr].join();
  assert.match(stdout, /"certificates":1/);
  for (const { key } of [first, renewed])
    for (const line of key.split('\n')) assert.ok(line.length < 20 || !said.includes(line));
  pod.close();
});

/** A folder of the operator's, gone after the test. */
async function operatorFolder(files: Readonly<Record<string, string>>) {
  const path = await mkdtemp(join(tmpdir(), 'podway-operator-'));
  const write = async (all: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(all)) await writeFile(join(path, name), text);
  };
  await write(files);
  return { path, write, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

test("the operator's folder: its default, a tenant below its wildcard, and a change", async () => {
  const root = await makeCertificate({ names: [], called: 'root', authority: true });
  const trusted = await made('a.x', { by: root });
  const pair = ({ chain, key }: MadeCertificate, name: string) => ({
    [`${name}.crt`]: chain,
    [`${name}.key`]: key,
  });
  await using folder = await operatorFolder({ ...pair(wildcard, 'default'), 'ca.pem': root.certificate });
  await using podway = await startPodway({
    env: { ...ENV, TLS_CERTIFICATES: folder.path, TLS_TENANT_CA_FILE: join(folder.path, 'ca.pem') },
    manifests: {
      'a.json': podManifest({ name: 'a', namespace: 'one', hosts: 'a.x', paths: '/', port: 80 }),
      'b.json': podManifest({ name: 'b', namespace: 'two', hosts: 'b.x', paths: '/', port: 80 }),
      'tls.json': tlsSecret('one', trusted),
      'untrusted.json': tlsSecret('two', await made('b.x')),
    },
  });
  await podway.until(200);
  await podway.eventually(async () => assert.equal(await presented(podway, 'a.x'), derOf(trusted)));
  assert.equal(await presented(podway, 'b.x'), derOf(wildcard));
  assert.equal(await presented(podway, 'unknown.y'), derOf(wildcard));
  const other = await made('*.x');
  await folder.write(pair(other, 'default'));
  await podway.eventually(async () => assert.equal(await presented(podway, 'b.x'), derOf(other)));
});

test('podway check tells what each host is served with, and what is not used', async () => {
  const root = await makeCertificate({ names: [], called: 'root', authority: true });
  await using folder = await operatorFolder({
    'wild.crt': wildcard.chain,
    'wild.key': wildcard.key,
    'broken.crt': wildcard.chain,
    'ca.pem': root.certificate,
  });
  const ended = await runPodway({
    args: ['check'],
    env: { ...ENV, TLS_CERTIFICATES: folder.path, TLS_TENANT_CA_FILE: join(folder.path, 'ca.pem') },
    manifests: {
      'a.json': podManifest({ name: 'a', namespace: 'one', hosts: 'a.x b.y', paths: '/', port: 80 }),
      'tls.json': tlsSecret('one', await made('a.x', { by: root })),
    },
  });
  const says = [
    /^tls a\.x: Secret one\/routing-tls tls\.crt until 2120-01-01T00:00:00\.000Z$/m,
    /^tls b\.y: none, the handshake is refused$/m,
    /^tls \*\.x: file wild wild\.crt until 2120-01-01T00:00:00\.000Z$/m,
    /^rejected: File broken: tls-pair-incomplete: broken\.crt \(expected a certificate and its private key/m,
  ];
  for (const pattern of says) assert.match(ended.stdout, pattern);
  assert.deepEqual([ended.code, ended.stderr], [1, '']);
});

test('podway does not start with a folder of certificates that is none', async () => {
  const ended = await runPodway({ env: { ...ENV, TLS_CERTIFICATES: '/none' }, manifests: {} });
  assert.deepEqual([ended.code, ended.stderr], [2, 'podway: TLS_CERTIFICATES="/none": expected a folder\n']);
});
