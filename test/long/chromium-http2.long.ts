import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { AccessRecord } from '../../src/boundary/access-record.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { ok, type OriginRequest } from '../fixtures/origin.ts';
import type { Scene } from '../fixtures/scene.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import { startTlsScene, TestCertificates } from '../fixtures/tls-scene.ts';
import { Chromium, chromiumMissing, type Page } from '../terminal/chromium.ts';

const NAMES = { one: 'one.shop.example', two: 'two.shop.example', three: 'three.shop.example' } as const;
type Name = keyof typeof NAMES;

/** The certificates of each host. The certificate of `two` is not presented on a connection for `one`. */
const SERVED = {
  [NAMES.one]: ['wide', 'narrow'],
  [NAMES.two]: ['two'],
  [NAMES.three]: ['wide'],
};

let certificates: TestCertificates;
before(async () => {
  certificates = await TestCertificates.make({
    // Browsers accept this certificate, and use a connection that presented it for all three hosts.
    wide: {
      names: Object.values(NAMES)
        .map((name) => `DNS:${name}`)
        .join(','),
    },
    // Other clients may get this certificate instead, so podway accepts only `one` and `three` on a connection for `one`.
    narrow: { names: `DNS:${NAMES.one},DNS:${NAMES.three}`, key: 'rsa' },
    two: { names: `DNS:${NAMES.two}` },
  });
});
after(async () => {
  await certificates[Symbol.asyncDispose]();
});

/** Answers `/` with a page, and any other path with the name of the requested host, for scripts of other hosts to read. */
async function answer(request: OriginRequest): Promise<void> {
  await request.body;
  const { connection, target } = request;
  const origin = request.value('origin');
  const shared = [`Access-Control-Allow-Origin: ${origin}`, 'Access-Control-Allow-Credentials: true'];
  const what = target === '/' ? '<!doctype html><title>page</title>' : `${request.value('host')}`;
  const lines = [
    'Content-Type: text/html',
    'Timing-Allow-Origin: *',
    ...(origin === undefined ? [] : shared),
  ];
  connection.socket.write(ok(what, ...lines));
}

interface Stage extends AsyncDisposable {
  readonly scene: Scene;
  url(name: Name, path: string): string;
  page: Page;
  /** Waits until `count` requests for this path have ended. Each: host, status, and the host for which its connection was opened. */
  asked(path: string, count: number): Promise<readonly string[]>;
}

async function startStage(settings: SettingsOverrides = {}): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const hosts = Object.values(NAMES).join(' ');
  const scene = stack.use(
    await startTlsScene(certificates, {
      pods: [{ name: 'pages', hosts, paths: '/', answer }],
      settings,
      serve: SERVED,
    }),
  );
  const server = stack.adopt(await echoServer(), closeServer);
  const { port } = server.address() as AddressInfo;
  scene.router.applyPod(podManifest({ name: 'echo', hosts, paths: '/echo', port }));
  const keys = ['wide', 'narrow', 'two'].map((id) => keyHash(certificates.get(id).chain));
  const chromium = stack.use(
    await Chromium.start(
      '--host-resolver-rules=MAP * 127.0.0.1',
      `--ignore-certificate-errors-spki-list=${keys.join(',')}`,
    ),
  );
  const { tlsPort, log } = scene.router;
  const url = (name: Name, path: string): string => `https://${NAMES[name]}:${tlsPort}${path}`;
  const page = await chromium.page(url('one', '/'));
  const kept = stack.move();
  return {
    scene,
    url,
    page,
    asked: async (path, count) => {
      const found = () => log.filter(({ target }) => target === path).map(echoed);
      while (found().length < count) await turn();
      return found();
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function echoed({ host, status, protocol, tls }: AccessRecord): string {
  return `${nameOf(host)} ${status} ${protocol} on ${nameOf(tls?.sni ?? '')}`;
}

function nameOf(host: string): string {
  return host.split('.', 1)[0] ?? '';
}

/** The hash of the public key as `--ignore-certificate-errors-spki-list` needs it. */
function keyHash(certificate: string): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

async function echoServer(): Promise<Server> {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (peer) => peer.on('message', (data, binary) => peer.send(data, { binary })));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  server.on('close', () => {
    for (const peer of sockets.clients) peer.terminate();
  });
  return server;
}

function closeServer(server: Server): void {
  server.close();
  server.closeAllConnections();
}

/** A JavaScript expression: the text that a script of the page reads at this URL, and the protocol. */
const fetched = (url: string): string => `fetch('${url}', { credentials: 'include' })
  .then((it) => it.text())
  .then((text) => text.split('.')[0] + ' ' + performance.getEntriesByName('${url}')[0].nextHopProtocol)`;

/** A JavaScript expression: the sizes of the echoed messages, and how the WebSocket ended. */
const conversed = (url: string): string => `new Promise((done) => {
  const sizes = [1, 125, 126, 65_536, 1_000_000];
  const seen = [];
  const socket = new WebSocket('${url}');
  socket.binaryType = 'arraybuffer';
  const say = () => seen.length < sizes.length
    ? socket.send(new Uint8Array(sizes[seen.length]).fill(seen.length + 1))
    : socket.close(4000, 'enough');
  socket.onopen = say;
  socket.onmessage = ({ data }) => {
    const bytes = new Uint8Array(data);
    seen.push(bytes.every((it) => it === seen.length + 1) ? bytes.length : 'wrong');
    say();
  };
  socket.onclose = ({ code, wasClean }) => done([...seen, code, wasClean].join(' '));
})`;

const CONVERSED = '1 125 126 65536 1000000 4000 true';

describe('Chromium and HTTP/2 over TLS', { skip: chromiumMissing() }, () => {
  test('requests for a host that the certificate of a connection covers use that connection', async () => {
    await using stage = await startStage();
    assert.equal(await stage.page.value(fetched(stage.url('three', '/x'))), 'three h2');
    assert.deepEqual(await stage.asked('/x', 1), ['three 200 HTTP/2.0 on one']);
  });

  test('a request for a host that the connection is not for gets 421, and is repeated on its own connection', async () => {
    await using stage = await startStage();
    assert.equal(await stage.page.value(fetched(stage.url('two', '/x'))), 'two h2');
    assert.deepEqual(await stage.asked('/x', 2), ['two 421 HTTP/2.0 on one', 'two 200 HTTP/2.0 on two']);
  });

  test('a WebSocket of a page over HTTP/2 is one of its streams (RFC 8441)', async () => {
    await using stage = await startStage();
    const url = stage.url('one', '/echo').replace('https', 'wss');
    assert.equal(await stage.page.value(conversed(url)), CONVERSED);
    assert.deepEqual(await stage.asked('/echo', 1), ['one 101 HTTP/2.0 on one']);
  });

  test('a WebSocket for a host that the connection is not for uses HTTP/1.1 on its own connection', async () => {
    await using stage = await startStage();
    const url = stage.url('two', '/echo').replace('https', 'wss');
    assert.equal(await stage.page.value(conversed(url)), CONVERSED);
    assert.deepEqual(await stage.asked('/echo', 2), ['two 421 HTTP/2.0 on one', 'two 101 HTTP/1.1 on two']);
  });

  test('without HTTP/2 a page and its WebSocket use HTTP/1.1', async () => {
    await using stage = await startStage({ http2: false });
    assert.equal(await stage.page.value(fetched(stage.url('three', '/x'))), 'three http/1.1');
    const url = stage.url('one', '/echo').replace('https', 'wss');
    assert.equal(await stage.page.value(conversed(url)), CONVERSED);
    assert.deepEqual(await stage.asked('/echo', 1), ['one 101 HTTP/1.1 on one']);
  });
});
