import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http2, { type ServerHttp2Stream } from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import tls, { type TLSSocket } from 'node:tls';
import type { Endpoint } from '../../src/routing/endpoint.ts';
import { connectFailure } from '../../src/proxy/upstream/connect-failure.ts';
import { PodTrust } from '../../src/proxy/upstream/pod-trust.ts';
import { Authority } from '../fixtures/authority.ts';
import { get, head } from '../fixtures/check.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { RawClient, type RawResponse } from '../fixtures/raw-client.ts';
import { startRouter } from '../fixtures/router.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import type { Dial } from '../../src/proxy/upstream/dial.ts';
import { startTunnelFixture } from '../fixtures/tunnel-fixture.ts';

const authority = new Authority(await mkdtemp(join(tmpdir(), 'podway-')));
before(async () => {
  await authority.create();
  await authority.sign('pod');
});
after(() => authority[Symbol.asyncDispose]());

/** A pod with TLS that returns the request it got, and the server name of its handshake. */
interface TlsPod {
  readonly port: number;
  /** For each handshake: SNI, and whether a session was resumed. */
  readonly handshakes: string[];
  /** All request bytes that the pod has received. */
  received: string;
  [Symbol.dispose](): void;
}

type Serve = (socket: TLSSocket, pod: TlsPod) => void;

const answer: Serve = (socket, { handshakes }) => {
  const text = `${handshakes.length} ${String(socket.servername)}`;
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
};

async function tlsPod(options: tls.TlsOptions = {}, serve = answer): Promise<TlsPod> {
  const [key, cert] = await Promise.all([authority.read('pod.key'), authority.read('pod')]);
  const server = tls.createServer({ key, cert, ...options }, (socket) => {
    pod.handshakes.push(`${String(socket.servername)} ${socket.isSessionReused() ? 'resumed' : 'new'}`);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      pod.received += chunk.toString('latin1');
      if (chunk.includes('\r\n\r\n')) serve(socket, pod);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const pod: TlsPod = {
    port: (server.address() as AddressInfo).port,
    handshakes: [],
    received: '',
    [Symbol.dispose]: () => void server.close(),
  };
  return pod;
}

interface Setup {
  readonly words?: string;
  readonly trusted?: boolean;
  readonly settings?: SettingsOverrides;
  readonly dial?: Dial;
}

const VERIFIED = 'proto=https server-name=localhost';

async function route(
  ports: readonly number[],
  { words = VERIFIED, trusted = true, settings = {}, dial }: Setup = {},
) {
  const pods = ports.map((port, at) =>
    podManifest({ name: `web-${at}`, hosts: 't.local', paths: `${port}:/ ${words}`, port }),
  );
  const upstreamCaFile = trusted ? authority.path('ca') : '';
  const router = await startRouter({
    pods,
    secrets: [],
    settings: { upstreamCaFile, ...settings },
    ...(dial !== undefined && { dial }),
  });
  return Object.assign(router, { [Symbol.dispose]: () => router.close() });
}

async function ask(port: number, request = get('/')): Promise<RawResponse> {
  using client = await RawClient.connect(port);
  return await client.exchange(request);
}

test('a verified pod gets requests over TLS with the server name of its option', async () => {
  using pod = await tlsPod();
  using router = await route([pod.port]);
  const { status, text } = await ask(router.port);
  assert.equal(`${status} ${text}`, '200 1 localhost');
  assert.match(pod.received, /^GET \/ HTTP\/1\.1\r\nHost: t\.local\r\n/);
});

test('a connection carries many exchanges, and a fresh connection resumes the session', async () => {
  using pod = await tlsPod();
  using router = await route([pod.port], { settings: { upstreamKeepaliveTimeout: 300 } });
  for (let at = 0; at < 3; at++) assert.equal((await ask(router.port)).text, '1 localhost');
  while (router.snapshot().gauges.upstream_connections > 0) await new Promise((done) => setTimeout(done, 20));
  assert.equal((await ask(router.port)).text, '2 localhost');
  assert.deepEqual(pod.handshakes, ['localhost new', 'localhost resumed']);
});

test('a pod is verified through a port-forward as well as directly, and no other peer gets a byte', async () => {
  await using way = await startTunnelFixture();
  using pod = await tlsPod();
  using router = await route([pod.port], { dial: way.dial });
  for (const times of [1, 2]) assert.equal((await ask(router.port)).text, `${times} localhost`);
  using other = await route([pod.port], { dial: way.dial, trusted: false });
  pod.received = '';
  const { status } = await ask(other.port);
  assert.deepEqual([status, other.log[0]?.reason], [502, 'pod-certificate-untrusted']);
  assert.equal(pod.received, '');
  const refused = await route([1], { dial: way.dial });
  assert.equal((await ask(refused.port)).status, 502);
  assert.equal(refused.log[0]?.reason, 'connect-refused');
  refused.close();
});

test('bodies arrive complete in both directions', async () => {
  const size = 3_000_000;
  const body = Buffer.alloc(size, 'x');
  using pod = await tlsPod({}, (socket, it) => {
    it.received = it.received.slice(it.received.indexOf('\r\n\r\n') + 4);
    const whole = () => {
      if (it.received.length < size) return;
      socket.off('data', whole);
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      socket.write(body);
    };
    socket.on('data', whole);
    whole();
  });
  using router = await route([pod.port]);
  using client = await RawClient.connect(router.port);
  void client.send(head('POST / HTTP/1.1', 'Host: t.local', `Content-Length: ${size}`));
  void client.send(body);
  assert.ok((await client.response()).content.equals(body));
});

interface Refusal {
  readonly name: string;
  readonly setup?: Setup;
  readonly pod?: () => tls.TlsOptions;
  readonly reason: string;
}

const REFUSALS: readonly Refusal[] = [
  {
    name: 'a name that is not in the certificate',
    setup: { words: 'proto=https server-name=other.internal' },
    reason: 'pod-certificate-name',
  },
  {
    name: 'an authority that is not trusted',
    setup: { trusted: false },
    reason: 'pod-certificate-untrusted',
  },
  {
    name: 'TLS 1.1 only',
    pod: () => ({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }),
    reason: 'pod-tls-failed',
  },
  { name: 'HTTP/2 only', pod: () => ({ ALPNProtocols: ['h2'] }), reason: 'pod-tls-failed' },
];

for (const { name, setup = {}, pod: options = () => ({}), reason } of REFUSALS) {
  test(`no byte of a request reaches a pod with ${name}`, async () => {
    using pod = await tlsPod(options());
    using router = await route([pod.port], setup);
    const response = await ask(
      router.port,
      head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 2') + 'hi',
    );
    assert.equal(`${response.status} ${response.value('x-podway-reason')}`, `502 ${reason}`);
    assert.equal(pod.received, '');
    assert.equal(router.log[0]?.reason, reason);
  });
}

test('a request for a pod without TLS goes to a pod with TLS, even a POST', async () => {
  using pod = await tlsPod();
  const plain = net.createServer((socket) =>
    socket.on('error', () => undefined).end('HTTP/1.1 200 OK\r\n\r\n'),
  );
  plain.listen(0, '127.0.0.1');
  await once(plain, 'listening');
  using router = await route([(plain.address() as AddressInfo).port, pod.port]);
  const post = `${head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 2')}hi`;
  assert.deepEqual(
    [(await ask(router.port, post)).status, (await ask(router.port, post)).status],
    [200, 200],
  );
  plain.close();
});

const CODES = {
  CERT_HAS_EXPIRED: 'pod-certificate-expired',
  CERT_NOT_YET_VALID: 'pod-certificate-expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'pod-certificate-name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'pod-certificate-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'pod-certificate-untrusted',
  ERR_SSL_WRONG_VERSION_NUMBER: 'pod-tls-failed',
  ECONNRESET: 'connect-refused',
  ETIMEDOUT: 'connect-timeout',
  EMFILE: 'router-exhausted',
};

for (const [code, reason] of Object.entries(CODES))
  test(`${code} is ${reason}`, () =>
    assert.equal(connectFailure(Object.assign(new Error(code), { code })), reason));

test('https-unverified accepts any certificate', async () => {
  using pod = await tlsPod();
  using router = await route([pod.port], { words: 'proto=https-unverified', trusted: false });
  assert.equal((await ask(router.port)).text, '1 false');
});

const untilClose: Serve = (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nabc');

test('a body that ends with its connection never counts as complete if an attacker could have truncated it', async () => {
  using pod = await tlsPod({}, untilClose);
  using router = await route([pod.port]);
  using client = await RawClient.connect(router.port);
  void client.send(get('/'));
  const { received } = await client.closed();
  assert.match(received.toString('latin1'), /\r\n3\r\nabc\r\n$/);
  assert.equal(router.log[0]?.reason, 'upstream-closed');
});

test('a body that ends with its connection counts as complete if it comes from a pod that is not verified', async () => {
  using pod = await tlsPod({}, untilClose);
  using router = await route([pod.port], { words: 'proto=https-unverified' });
  assert.equal((await ask(router.port)).text, 'abc');
});

test('a new authority takes effect without a restart, and an unreadable file does not replace it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'podway-'));
  const file = join(folder, 'ca.pem');
  using pod = await tlsPod();
  let now = 0;
  const trust = new PodTrust(file, () => now);
  const isTrusted = async () => {
    const socket = tls.connect({ port: pod.port, servername: 'localhost', secureContext: trust.context() });
    const [error] = await Promise.race(
      [once(socket, 'secureConnect'), once(socket, 'error')].map((it) => it.catch((e) => [e])),
    );
    socket.destroy();
    return error === undefined;
  };
  assert.equal(await isTrusted(), false, 'no file');
  await writeFile(file, await authority.read('ca'));
  assert.equal(await isTrusted(), false, 'podway has checked the file just before');
  now += 10_000;
  assert.equal(await isTrusted(), true);
  for (const text of ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', '']) {
    await writeFile(file, text);
    now += 10_000;
    assert.equal(await isTrusted(), true, text);
  }
  await rm(folder, { recursive: true });
  now += 10_000;
  assert.equal(await isTrusted(), true);
});

test('a session is forgotten when the authority that verified it is, and after five minutes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'podway-'));
  const file = join(folder, 'ca.pem');
  await writeFile(file, await authority.read('ca'));
  let now = 0;
  const trust = new PodTrust(file, () => now);
  const endpoint = {} as Endpoint;
  const context = trust.context();
  const keep = () => trust.keep(endpoint, Buffer.from('s'), context);
  keep();
  now += 299_999;
  assert.equal(trust.session(endpoint)?.toString(), 's');
  now += 1;
  assert.equal(trust.session(endpoint), undefined);
  keep();
  await writeFile(file, `${String(await authority.read('ca'))}\n`);
  assert.notEqual(trust.context(), context);
  assert.equal(trust.session(endpoint), undefined);
  keep();
  assert.equal(trust.session(endpoint), undefined, 'from a handshake that began before');
  await rm(folder, { recursive: true });
});

async function h2Pod(t: TestContext): Promise<number> {
  const [key, cert] = await Promise.all([authority.read('pod.key'), authority.read('pod')]);
  const server = http2.createSecureServer({ key, cert });
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200 });
    stream.pipe(stream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

const H2 = 'proto=h2 server-name=localhost';
const POST = `${head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 2')}hi`;

test('HTTP/2 over verified TLS', async (t) => {
  using router = await route([await h2Pod(t)], { words: H2 });
  for (let at = 0; at < 3; at++) assert.equal((await ask(router.port, POST)).text, 'hi');
  assert.equal(router.snapshot().scalars.upstream_connections_opened, 1);
});

const H2_REFUSALS = {
  'pod-certificate-name': { words: 'proto=h2 server-name=other.internal' },
  'pod-certificate-untrusted': { words: H2, trusted: false },
} as const;

for (const [reason, setup] of Object.entries(H2_REFUSALS)) {
  test(`HTTP/2 is not used where ${reason}`, async (t) => {
    using router = await route([await h2Pod(t)], setup);
    assert.equal((await ask(router.port, POST)).value('x-podway-reason'), reason);
  });
}

test('a pod that does not choose HTTP/2 gets no request, and a port without a listener refuses', async () => {
  using pod = await tlsPod();
  using router = await route([pod.port], { words: H2 });
  assert.equal((await ask(router.port, POST)).value('x-podway-reason'), 'pod-tls-failed');
  assert.equal(pod.received, '');
  using unreachable = await route([1], { words: H2 });
  assert.equal((await ask(unreachable.port, POST)).value('x-podway-reason'), 'connect-refused');
});
