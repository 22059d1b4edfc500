import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http2 from 'node:http2';
import net, { type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { get } from '../fixtures/check.ts';
import { freePorts } from '../fixtures/free-ports.ts';
import { proxyV2, tcp4, tlv } from '../fixtures/proxy-header.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import { startTlsScene, TestCertificates } from '../fixtures/tls-scene.ts';

const run = promisify(execFile);
const certificates = await TestCertificates.untilExit({ t: { names: 'DNS:t.local' } });

const CLIENT = '203.0.113.7';
const V1 = Buffer.from(`PROXY TCP4 ${CLIENT} 192.0.2.1 56324 443\r\n`);
const V2 = proxyV2(Buffer.concat([tcp4(CLIENT), tlv(0x04, 4_000)]));
const REQUIRED: SettingsOverrides = { proxyProtocol: 'require', trustedProxies: ['127.0.0.1'] };

function start(settings: SettingsOverrides = {}): Promise<Scene> {
  return startScene({ pods: [{ name: 'o1' }], settings: { ...REQUIRED, ...settings } });
}

/** What the last request reports about the client. */
async function clientFields(scene: Scene): Promise<string> {
  const request = await scene.origin('o1').request(scene.origin('o1').requests.length - 1);
  return `${request.value('x-forwarded-for')} ${request.value('x-forwarded-proto')}`;
}

interface HeaderCase {
  readonly name: string;
  readonly header: Buffer;
  readonly fields?: readonly string[];
  readonly trusted?: readonly string[];
  readonly forwardedFor: string;
}

const HEADERS: readonly HeaderCase[] = [
  { name: 'version 1', header: V1, forwardedFor: CLIENT },
  { name: 'version 2 with 4,000 bytes of TLVs', header: V2, forwardedFor: CLIENT },
  {
    name: 'the balancer itself, version 1',
    header: Buffer.from('PROXY UNKNOWN\r\n'),
    forwardedFor: '127.0.0.1',
  },
  {
    name: 'the balancer itself, version 2',
    header: proxyV2(Buffer.alloc(0), { command: 0x20 }),
    forwardedFor: '127.0.0.1',
  },
  {
    name: 'the fields of a client without an address are ignored, although the balancer is trusted',
    header: Buffer.from('PROXY UNKNOWN\r\n'),
    fields: ['X-Forwarded-For: 198.51.100.1', 'X-Forwarded-Proto: https'],
    forwardedFor: '127.0.0.1',
  },
  {
    name: 'the fields of a client are ignored, although its balancer is trusted',
    header: V1,
    fields: ['X-Forwarded-For: 198.51.100.1', 'X-Forwarded-Proto: https'],
    forwardedFor: CLIENT,
  },
  {
    name: 'the fields of a trusted proxy in front of the balancer are used',
    header: V1,
    fields: ['X-Forwarded-For: 198.51.100.1'],
    trusted: ['127.0.0.1', CLIENT],
    forwardedFor: `198.51.100.1, ${CLIENT}`,
  },
];

for (const { name, header, fields = [], trusted = ['127.0.0.1'], forwardedFor } of HEADERS) {
  test(`${name} (PP-01)`, async () => {
    await using scene = await start({ trustedProxies: trusted });
    using client = await scene.client();
    assert.equal(
      (await client.exchange(Buffer.concat([header, Buffer.from(get('/', ...fields))]))).status,
      200,
    );
    assert.equal(await clientFields(scene), `${forwardedFor} http`);
    assert.equal(scene.router.log[0]?.clientAddress, forwardedFor.split(', ').at(-1));
    // A second header is not a request.
    assert.equal((await client.exchange(Buffer.concat([header, Buffer.from(get('/'))]))).status, 400);
  });
}

for (const [name, header] of Object.entries({ 'version 1': V1, 'version 2': proxyV2(tcp4(CLIENT)) })) {
  test(`${name}, split at every byte (PP-02)`, async () => {
    await using scene = await start();
    const bytes = Buffer.concat([header, Buffer.from(get('/'))]);
    for (let at = 1; at < header.length + 3; at++) {
      using client = await scene.client();
      client.socket.setNoDelay(true);
      await client.send(bytes.subarray(0, at));
      await new Promise(setImmediate);
      assert.equal((await client.exchange(bytes.subarray(at))).status, 200, `${at}`);
      assert.equal(await clientFields(scene), `${CLIENT} http`);
    }
  });
}

test('a header, followed by a ClientHello and TLS (PP-02)', async () => {
  await using scene = await startTlsScene(certificates, { pods: [{ name: 'o1' }], settings: REQUIRED });
  for (const header of [V1, V2]) {
    const raw = net.connect({ host: '127.0.0.1', port: scene.router.tlsPort as number });
    // The header is in one segment with the ClientHello.
    raw.cork();
    raw.write(header);
    const secure = tls.connect({ socket: raw, servername: 't.local', ca: certificates.ca });
    setImmediate(() => raw.uncork());
    await once(secure, 'secureConnect');
    using client = RawClient.over(secure);
    assert.equal((await client.exchange(get('/'))).status, 200);
    assert.equal(await clientFields(scene), `${CLIENT} https`);
  }
});

test('a header, followed by the preface of HTTP/2 (PP-02)', async () => {
  await using scene = await start({ http2Plain: true });
  const socket = net.connect({ host: '127.0.0.1', port: scene.router.port });
  socket.write(V1);
  const session = http2.connect('http://t.local', { createConnection: () => socket });
  const stream = session.request([
    ':method',
    'GET',
    ':scheme',
    'http',
    ':path',
    '/',
    ':authority',
    't.local',
  ]);
  const [fields] = (await once(stream, 'response')) as [Record<string, unknown>];
  assert.equal(fields[':status'], 200);
  stream.resume();
  await once(stream, 'close');
  assert.equal(await clientFields(scene), `${CLIENT} http`);
  session.destroy();
});

interface Refusal {
  readonly name: string;
  readonly bytes: string | Buffer;
  readonly settings?: SettingsOverrides;
}

const REFUSALS: readonly Refusal[] = [
  { name: 'no header (PP-03)', bytes: get('/') },
  { name: 'a header of version 3 (PP-03)', bytes: proxyV2(tcp4(CLIENT), { command: 0x31 }) },
  { name: 'an announced length of 64 KB (PP-03)', bytes: proxyV2(Buffer.alloc(0), { length: 65_535 }) },
  {
    name: 'a peer that is not trusted (PP-04)',
    bytes: Buffer.concat([V1, Buffer.from(get('/'))]),
    settings: { trustedProxies: ['192.0.2.9'] },
  },
  {
    name: 'half a header, then no bytes (PP-05)',
    bytes: V1.subarray(0, 20),
    settings: { requestHeadTimeout: 150 },
  },
  { name: 'no bytes (PP-05)', bytes: '', settings: { requestHeadTimeout: 150 } },
];

for (const { name, bytes, settings = {} } of REFUSALS) {
  test(`closed without a response: ${name}`, async () => {
    await using scene = await start(settings);
    using client = await scene.client();
    void client.send(bytes);
    assert.equal((await client.closed()).received.length, 0);
    const { scalars, gauges } = scene.router.snapshot();
    assert.equal(scalars.proxy_headers_refused, 1);
    assert.equal(gauges.downstream_connections, 0);
    assert.equal(scene.origin('o1').connections.length, 0);
  });
}

test('without the setting a header is a bad request, and its address is ignored', async () => {
  await using scene = await start({ proxyProtocol: 'off' });
  using client = await scene.client();
  assert.equal((await client.exchange(Buffer.concat([V1, Buffer.from(get('/'))]))).status, 400);
});

test('connections without a header count, and are closed to make room for others', async () => {
  await using scene = await start({ maxConnections: 2 });
  const silent = await Promise.all([scene.client(), scene.client()]);
  while (scene.router.snapshot().gauges.downstream_connections < 2) await new Promise(setImmediate);
  using client = await scene.client();
  assert.equal((await client.exchange(Buffer.concat([V1, Buffer.from(get('/'))]))).status, 200);
  const [first] = silent;
  assert.equal((await first.closed()).received.length, 0);
});

test('a drain closes a connection without a header like other connections', async () => {
  await using scene = await start({ drainTimeout: 200 });
  using client = await scene.client();
  await client.send(V1.subarray(0, 10));
  while (scene.router.snapshot().gauges.downstream_connections < 1) await new Promise(setImmediate);
  assert.equal(await scene.router.drain(), 0);
});

test('curl --haproxy-protocol', async (t) => {
  if ((await run('curl', ['--version']).catch(() => undefined)) === undefined)
    return t.skip('curl is not installed');
  await using scene = await start();
  const url = `http://127.0.0.1:${scene.router.port}/`;
  const { stdout } = await run('curl', ['-sS', '--haproxy-protocol', '-H', 'Host: t.local', url]);
  assert.equal(stdout, 'o1 GET /');
});

for (const send of [
  'send-proxy',
  'send-proxy-v2',
  'send-proxy-v2 proxy-v2-options crc32c,unique-id,authority',
]) {
  test(`HAProxy with ${send}`, async (t) => {
    if ((await run('haproxy', ['-v']).catch(() => undefined)) === undefined)
      return t.skip('haproxy is not installed');
    await using scene = await start();
    const [port] = await freePorts(1);
    const folder = await mkdtemp(join(tmpdir(), 'podway-'));
    const file = join(folder, 'haproxy.cfg');
    await writeFile(
      file,
      `defaults
  mode tcp
  timeout connect 5s
  timeout client 5s
  timeout server 5s
listen in
  bind 127.0.0.1:${port}
  server podway 127.0.0.1:${scene.router.port} ${send}
`,
    );
    const balancer = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
    const ended = once(balancer, 'exit');
    try {
      using client = RawClient.over(await connected(port as number));
      assert.equal((await client.exchange(get('/'))).status, 200);
      assert.equal(await clientFields(scene), '127.0.0.1 http');
    } finally {
      balancer.kill();
      await ended;
      await rm(folder, { recursive: true });
    }
  });
}

/** Connects as soon as the port has a listener. */
async function connected(port: number): Promise<Socket> {
  for (;;) {
    const socket = net.connect({ host: '127.0.0.1', port });
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    if (isOpen) return socket;
    await new Promise((done) => setTimeout(done, 20));
  }
}
