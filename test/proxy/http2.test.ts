/** HTTP/2 clients: node:http2, curl, h2load, and the frames of the ws package. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import * as ws from 'ws';
import { get, head, withPlaceholders } from '../fixtures/check.ts';
import { HANDSHAKE, Http2WebSocket } from '../fixtures/http2/websocket-client.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { untilDrained, ok, readBody } from '../fixtures/origin.ts';
import { digest, patternOf } from '../fixtures/pattern.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';
import { secureClient, startTlsScene, TestCertificates } from '../fixtures/tls-scene.ts';

const run = promisify(execFile);
const certificates = await TestCertificates.untilExit({
  t: { names: 'DNS:t.local' },
  u: { names: 'DNS:u.local' },
});
const { ca } = certificates;

const PLAIN = { http2Plain: true } as const;

/** A session of node:http2, with or without TLS. */
async function withSession(
  scene: Scene,
  talk: (session: ClientHttp2Session) => Promise<void>,
  secure = false,
): Promise<void> {
  const { port, tlsPort } = scene.router;
  const session = secure
    ? connect(`https://127.0.0.1:${tlsPort}`, { ca, servername: 't.local', maxSessionMemory: 100 })
    : connect(`http://127.0.0.1:${port}`, { maxSessionMemory: 100 });
  session.on('error', () => undefined);
  try {
    await talk(session);
  } finally {
    session.destroy();
  }
}

async function asked(
  session: ClientHttp2Session,
  fields: OutgoingHttpHeaders,
  body?: Buffer,
): Promise<{ status: number; headers: IncomingHttpHeaders; content: Buffer }> {
  const stream = session.request({ ':authority': 't.local', ...fields }, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  const answer = read(stream);
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status': number }];
  return { status: headers[':status'], headers, content: await answer };
}

async function read(stream: ClientHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const SIZE = 1_000_000;
const DOWN = patternOf('down', SIZE);

/** Writes as fast as the router reads. */
const bigAnswer = [ok('', `X-Size: ${SIZE}`).replace('Content-Length: 0', `Content-Length: ${SIZE}`), DOWN];

for (const secure of [false, true]) {
  test(`large bodies both ways, ${secure ? 'with' : 'without'} TLS, eight at once`, async () => {
    const pods = [
      { name: 'down', paths: '/down', answer: bigAnswer },
      {
        name: 'up',
        paths: '/up',
        answer: async ({ body, connection }: Parameters<typeof readBody>[0]) => {
          connection.socket.write(ok(digest((await body).content)));
          await untilDrained(connection.socket).catch(() => undefined);
        },
      },
    ];
    await using scene = await startTlsScene(certificates, { pods, settings: PLAIN });
    await withSession(
      scene,
      async (session) => {
        const bodies = Array.from({ length: 4 }, (_, at) => patternOf(`up ${at}`, SIZE));
        const answers = await Promise.all([
          ...bodies.map((body) => asked(session, { ':method': 'POST', ':path': '/up' }, body)),
          ...bodies.map(() => asked(session, { ':path': '/down' })),
        ]);
        assert.deepEqual(
          answers.slice(0, 4).map(({ content }) => content.toString()),
          bodies.map(digest),
        );
        for (const { content } of answers.slice(4)) assert.ok(content.equals(DOWN));
        assert.equal(scene.router.snapshot().gauges.http2_sessions, 1);
      },
      secure,
    );
  });
}

test('the same request reaches its pod in the same bytes, regardless of the protocol of the client (H2-46)', async () => {
  await using scene = await startTlsScene(certificates, { pods: [{ name: 'a' }], settings: PLAIN });
  const fields = { 'x-first': '1', 'content-type': 'a/b', cookie: 'a=1; b=2', te: 'trailers', accept: '*/*' };
  const lines = Object.entries(fields).map(([name, value]) =>
    name === 'te' ? 'te: trailers\r\nconnection: te' : `${name}: ${value}`,
  );
  const text = `${head('POST /x?y=%20z HTTP/1.1', 'host: t.local', ...lines, 'content-length: 5')}hello`;
  const overHttp2 = { ':method': 'POST', ':path': '/x?y=%20z', ...fields, 'content-length': '5' };
  assert.equal((await scene.exchange(text)).status, 200);
  const { client } = await secureClient(scene, { ca, servername: 't.local' });
  assert.equal((await client.exchange(text)).status, 200);
  client.close();
  for (const secure of [false, true])
    await withSession(
      scene,
      async (session) => void (await asked(session, overHttp2, Buffer.from('hello'))),
      secure,
    );
  const seen = withPlaceholders(scene.origin('a').received)
    .replaceAll('X-Forwarded-Proto: https', 'X-Forwarded-Proto: http')
    .replaceAll('X-Forwarded-Port: 443', 'X-Forwarded-Port: 80')
    .split(/(?=POST )/);
  assert.equal(seen.length, 4);
  const sorted = seen.map((it) => it.split('\r\n').toSorted().join('\n'));
  assert.deepEqual(new Set(sorted).size, 1, seen.join('\n'));
});

test('over TLS a client chooses HTTP/2 by ALPN, gets HTTP/1.1 without it, and HTTP2=false offers only HTTP/1.1', async () => {
  const spec = { pods: [{ name: 'a' }] };
  await using scene = await startTlsScene(certificates, spec);
  const protocolOf = async (of: Scene, ALPNProtocols?: string[]) => {
    const { client, stream } = await secureClient(of, {
      ca,
      servername: 't.local',
      ...(ALPNProtocols && { ALPNProtocols }),
    });
    const { alpnProtocol } = stream;
    client.close();
    return alpnProtocol;
  };
  assert.equal(await protocolOf(scene, ['h2', 'http/1.1']), 'h2');
  assert.equal(await protocolOf(scene, ['http/1.1']), 'http/1.1');
  assert.equal(await protocolOf(scene), false);
  await using without = await startTlsScene(certificates, { ...spec, settings: { http2: false } });
  assert.equal(await protocolOf(without, ['h2', 'http/1.1']), 'http/1.1');
  await withSession(
    scene,
    async (session) => {
      assert.equal((await asked(session, { ':path': '/secure' })).content.toString(), 'a GET /secure');
    },
    true,
  );
  assert.equal(scene.router.log[0]?.protocol, 'HTTP/2.0');
});

test('over TLS: HSTS, and 421 for a host that the certificate of the connection does not cover', async () => {
  const pods = [{ name: 'a' }, { name: 'b', hosts: 'u.local' }];
  await using scene = await startTlsScene(certificates, {
    pods,
    settings: { hsts: 'max-age=60' },
    serve: { 't.local': ['t'], 'u.local': ['u'] },
  });
  await withSession(
    scene,
    async (session) => {
      const stream = session.request({ ':authority': 't.local', ':path': '/' });
      const [headers] = (await once(stream, 'response')) as [Record<string, string>];
      assert.equal(headers['strict-transport-security'], 'max-age=60');
      const misdirected = await asked(session, { ':authority': 'u.local', ':path': '/' });
      assert.deepEqual([misdirected.status, scene.origin('b').connections.length], [421, 0]);
      assert.equal(misdirected.headers['strict-transport-security'], 'max-age=60');
      const own: ({ status: number } & OutgoingHttpHeaders)[] = [
        { ':path': '/a#b', status: 400 },
        { ':authority': 'u.local', 'content-type': 'application/grpc', status: 200 },
      ];
      for (const { status, ...fields } of own) {
        const answer = await asked(session, fields);
        assert.deepEqual(
          [answer.status, answer.headers['strict-transport-security']],
          [status, 'max-age=60'],
        );
      }
    },
    true,
  );
});

test('a client that chooses HTTP/2 by ALPN and does not speak it is disconnected after REQUEST_HEAD_TIMEOUT', async () => {
  await using scene = await startTlsScene(certificates, { pods: [], settings: { requestHeadTimeout: 100 } });
  const { client } = await secureClient(scene, { ca, servername: 't.local', ALPNProtocols: ['h2'] });
  await client.closed();
  const { client: other } = await secureClient(scene, { ca, servername: 't.local', ALPNProtocols: ['h2'] });
  await other.send(get('/'));
  await other.closed();
});

test('a WebSocket over HTTP/2 to a pod that uses the ws package: messages of all sizes are echoed (H2-61)', async () => {
  const server = createServer();
  const sockets = new ws.WebSocketServer({ server, maxPayload: 1_000_000 });
  sockets.on('connection', (peer) => peer.on('message', (data, binary) => peer.send(data, { binary })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await using scene = await startScene({ pods: [], settings: PLAIN });
    const { port } = server.address() as AddressInfo;
    scene.router.applyPod(podManifest({ name: 'ws', hosts: 't.local', paths: '/', port }));
    await withSession(scene, async (session) => {
      await once(session, 'remoteSettings');
      const socket = await Http2WebSocket.open(session, '/s');
      for (const size of [0, 1, 125, 126, 65_535, 65_536, 200_000]) {
        const message = patternOf('ws', size);
        socket.send(message);
        assert.ok((await socket.message()).equals(message), `${size} bytes`);
      }
      socket.stream.end();
    });
  } finally {
    for (const peer of sockets.clients) peer.terminate();
    server.close();
  }
});

test('a WebSocket for a host that the connection does not cover is reset, so that the client uses HTTP/1.1 (TL-28)', async () => {
  await using scene = await startTlsScene(certificates, {
    pods: [{ name: 'a', hosts: 't.local u.local' }],
    serve: { 't.local': ['t'], 'u.local': ['u'] },
  });
  await withSession(
    scene,
    async (session) => {
      await once(session, 'remoteSettings');
      const fields = { ':authority': 'u.local', ':path': '/s', ':scheme': 'https' };
      const socket = session.request({ ...fields, ...HANDSHAKE }, { endStream: false });
      socket.on('response', () => assert.fail('answered'));
      await assert.rejects(once(socket, 'close'), /NGHTTP2_HTTP_1_1_REQUIRED/);
      assert.equal((await asked(session, { ...fields, ':method': 'GET' })).status, 421);
      assert.equal((await asked(session, { ...fields, ':authority': 't.local' })).status, 200);
    },
    true,
  );
  const statuses = scene.router.log.map(({ host, status, reason }) => `${host} ${status} ${reason}`);
  assert.deepEqual(statuses, ['u.local 421 misdirected', 'u.local 421 misdirected', 't.local 200 ']);
  assert.equal(scene.origin('a').requests.length, 1);
});

async function missing(tool: string, what: string): Promise<string | false> {
  return run(tool, ['--version']).then(
    ({ stdout }) => (tool === 'curl' && !stdout.includes('HTTP2') ? what : false),
    () => what,
  );
}

test('curl: GET, HEAD, uploads and many requests on one connection, without TLS and with it', {
  skip: await missing('curl', 'no curl with HTTP/2 on this machine'),
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'podway-curl-'));
  try {
    await using scene = await startTlsScene(certificates, { pods: [{ name: 'a' }], settings: PLAIN });
    const [authority, upload, small] = ['ca', 'upload', 'small'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(small, 'hello');
    await writeFile(authority, ca);
    await writeFile(upload, patternOf('upload', SIZE));
    const { port, tlsPort } = scene.router;
    for (const [options, base] of [
      [['--http2-prior-knowledge', '--resolve', `t.local:${port}:127.0.0.1`], `http://t.local:${port}`],
      [
        ['--http2', '--cacert', authority, '--resolve', `t.local:${tlsPort}:127.0.0.1`],
        `https://t.local:${tlsPort}`,
      ],
    ] as const) {
      const curl = async (...args: string[]) =>
        (await run('curl', ['--silent', '--max-time', '20', ...options, ...args])).stdout;
      assert.equal(await curl('--write-out', ' %{http_version}', `${base}/x`), 'a GET /x 2');
      assert.match(await curl('--head', `${base}/x`), /^HTTP\/2 200 /);
      assert.equal(await curl('--data-binary', `@${upload}`, `${base}/up`), 'a POST /up');
      assert.equal(
        await curl('--upload-file', small, '--header', 'Expect: 100-continue', `${base}/up`),
        'a PUT /up',
      );
      // The curl of Debian 12 cannot reuse an HTTP/2 connection without TLS, with any server.
      if (!base.startsWith('https')) continue;
      assert.equal(
        await curl('--write-out', '%{num_connects}', `${base}/[1-3]`),
        'a GET /11a GET /20a GET /30',
      );
    }
    const [body] = await Promise.all(
      scene
        .origin('a')
        .requests.filter(({ target }) => target === '/up')
        .map((it) => it.body),
    );
    assert.ok(body?.content.equals(patternOf('upload', SIZE)));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('h2load: thousands of requests on a few connections', {
  skip: await missing('h2load', 'no h2load on this machine: install nghttp2-client'),
}, async () => {
  await using scene = await startScene({
    pods: [{ name: 'a', answer: [ok('hello')] }],
    settings: { ...PLAIN, shedAtLag: 60_000 },
  });
  const { stdout } = await run('h2load', [
    '-n',
    '1000',
    '-c',
    '4',
    '-m',
    '32',
    '-H',
    ':authority: t.local',
    `http://127.0.0.1:${scene.router.port}/`,
  ]);
  assert.match(stdout, /status codes: 1000 2xx, 0 3xx, 0 4xx, 0 5xx/);
  assert.match(stdout, /1000 succeeded, 0 failed, 0 errored, 0 timeout/);
});
