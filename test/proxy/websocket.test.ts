import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import WebSocket, { WebSocketServer } from 'ws';
import { checkExchanges, get, head, type ExchangeCase } from '../rig/check.ts';
import { podManifest } from '../rig/manifest.ts';
import { startScene, type Scene } from '../rig/scene.ts';
import { echoing, handshake, SAMPLE_KEY } from '../rig/websocket.ts';

/** A pod made of the `ws` package: the other side of a real conversation. */
async function withPeer(talk: (scene: Scene, url: string) => Promise<void>): Promise<void> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, maxPayload: 32 * 1024 * 1024 });
  sockets.on('connection', (peer) => peer.on('message', (data, binary) => peer.send(data, { binary })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await using scene = await startScene({ pods: [] });
    scene.router.applyPod(podManifest({ name: 'ws', hosts: 'localhost', paths: '/nodejs', port }));
    await talk(scene, `ws://localhost:${scene.router.port}/nodejs/socket.io`);
  } finally {
    for (const peer of sockets.clients) peer.terminate();
    await new Promise((resolve) => server.close(resolve));
  }
}

function open(url: string, options: WebSocket.ClientOptions = {}): WebSocket {
  return new WebSocket(url, { family: 4, ...options });
}

async function said(socket: WebSocket, message: string | Buffer): Promise<Buffer> {
  socket.send(message);
  const [data] = (await once(socket, 'message')) as [Buffer];
  return data;
}

test('W1 WS-01 text and binary messages of all sizes are echoed', async () => {
  await withPeer(async (_scene, url) => {
    const socket = open(url, { perMessageDeflate: true });
    await once(socket, 'open');
    assert.equal((await said(socket, 'hello')).toString(), 'hello');
    for (const size of [0, 1, 125, 126, 65_535, 65_536, 4 * 1024 * 1024]) {
      const message = randomBytes(size);
      assert.ok((await said(socket, message)).equals(message), `${size} bytes`);
    }
    socket.close(4000, 'done');
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    assert.deepEqual([code, reason.toString()], [4000, 'done']);
  });
});

test('WS-11 ping, pong and fragments are the peers own business', async () => {
  await withPeer(async (_scene, url) => {
    const socket = open(url);
    await once(socket, 'open');
    socket.ping('beat');
    assert.equal(String((await once(socket, 'pong'))[0]), 'beat');
    socket.send('frag', { fin: false });
    assert.equal((await said(socket, 'ment')).toString(), 'fragment');
    socket.terminate();
  });
});

test('WS-10 much in both directions at once arrives whole', async () => {
  await withPeer(async (_scene, url) => {
    const socket = open(url);
    await once(socket, 'open');
    const [sent, received] = [createHash('sha256'), createHash('sha256')];
    const pieces = 64;
    const done = new Promise<void>((resolve) => {
      let count = 0;
      socket.on('message', (data: Buffer) => {
        received.update(data);
        count += 1;
        if (count === pieces) resolve();
      });
    });
    for (let count = 0; count < pieces; count += 1) {
      const piece = randomBytes(256 * 1024);
      sent.update(piece);
      socket.send(piece);
    }
    await done;
    assert.equal(received.digest('hex'), sent.digest('hex'));
    socket.terminate();
  });
});

test('WS-25 a hundred sockets come and go, and leave nothing behind', async () => {
  await withPeer(async (scene, url) => {
    for (let turn = 0; turn < 100; turn += 1) {
      const socket = open(url);
      await once(socket, 'open');
      socket.close();
      await once(socket, 'close');
    }
    const { gauges, scalars } = scene.router.snapshot();
    assert.equal(scalars.tunnels_opened, 100);
    assert.equal(gauges.tunnels, 0);
  });
});

const TARGETS = [
  '/loki/api/v1/tail?query={app="x"}&limit=2',
  '/loki/api/v1/tail?query={name="loki"}&limit=10',
  '/ws?a=%7B&b=+&c=;&d=?&a=2&e=&f',
  '/ws?',
  `/ws?${'q'.repeat(8000)}`,
];

test('WS-05 the target of a handshake arrives byte for byte', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: echoing }] });
  for (const target of TARGETS) {
    using client = await scene.client();
    assert.equal((await client.exchange(handshake(target))).status, 101);
    assert.equal(scene.origin('o1').requests.at(-1)?.target, target);
  }
});

test('WS-07 the fields of a handshake follow the rules of all requests', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: echoing }] });
  using client = await scene.client();
  const lines = [
    'Cookie: a=1',
    'Origin: http://x',
    'Authorization: y',
    'Sec-WebSocket-Extensions: permessage-deflate',
  ];
  await client.exchange(
    handshake('/', ...lines, 'X-Forwarded-For: 6.6.6.6', 'X-Hop: 1', 'Proxy-Connection: x'),
  );
  const request = await scene.origin('o1').request();
  for (const line of lines) assert.ok(request.head.lines.includes(line), line);
  assert.deepEqual(request.values('x-forwarded-for'), ['127.0.0.1']);
  assert.deepEqual(request.values('proxy-connection'), []);
  assert.deepEqual(request.values('sec-websocket-key'), [SAMPLE_KEY]);
  assert.match(request.value('upgrade') ?? '', /^websocket$/i);
  assert.match(request.value('connection') ?? '', /upgrade/i);
});

test('W11 WS-28 Connection and Upgrade are lists and have no case', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: echoing }] });
  for (const [from, to] of [
    ['Connection: Upgrade', 'Connection: keep-alive, Upgrade'],
    ['Connection: Upgrade', 'connection: UPGRADE'],
    ['Upgrade: websocket', 'upgrade: WebSocket'],
    ['GET /', 'GET http://t.local/'],
  ] as const) {
    using client = await scene.client();
    assert.equal((await client.exchange(handshake('/').replace(from, to), 'GET')).status, 101, to);
  }
});

const spec = {
  pods: [
    { name: 'o1', paths: '/ws' },
    { name: 'app', namespace: 'a', paths: '/app' },
  ],
  keys: { a: 'supersecret' },
};
const without = (line: string): string => handshake('/ws').replace(`${line}\r\n`, '');
const plain = (name: string, send: string): ExchangeCase => ({ name, send, status: 200, origin: 'o1' });
const refused = (name: string, send: string): ExchangeCase => ({ name, send, status: 400, after: 'closed' });

await checkExchanges('a handshake that cannot be one is refused', spec, [
  { name: 'W2 AU-26 without the key', send: handshake('/app'), status: 403, after: 'closed' },
  { name: 'W2 unknown path', send: handshake('/none'), status: 404 },
  { name: 'W2 unknown host', send: handshake('/ws').replace('t.local', 'unknown'), status: 'closed' },
  refused('WS-02 no Sec-WebSocket-Key', without(`Sec-WebSocket-Key: ${SAMPLE_KEY}`)),
  refused('WS-02 two keys', handshake('/ws', `Sec-WebSocket-Key: ${SAMPLE_KEY}`)),
  refused('SM-40 chunked', `${handshake('/ws', 'Transfer-Encoding: chunked')}0\r\n\r\n${get('/ws')}`),
  refused('a length', handshake('/ws', 'Content-Length: 5')),
  refused('SM-47 POST', handshake('/ws').replace('GET', 'POST')),
  {
    name: 'HTTP/1.0',
    send: handshake('/ws').replace('HTTP/1.1', 'HTTP/1.0'),
    status: [200, 400],
    origin: 'o1',
  },
]);

await checkExchanges('other upgrades are dropped, and the request goes on', spec, [
  plain(
    'W7 SM-43 h2c',
    get('/ws', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'),
  ),
  plain(
    'SM-43 h2c with a body',
    `${head('POST /ws HTTP/1.1', 'Host: t.local', 'Connection: Upgrade', 'Upgrade: h2c', 'Content-Length: 3')}abc`,
  ),
  plain('SM-45 no Connection: Upgrade', without('Connection: Upgrade')),
  plain('TLS/1.0', get('/ws', 'Connection: Upgrade', 'Upgrade: TLS/1.0')),
]);

test('W7 of h2c nothing reaches the pod', async () => {
  await using scene = await startScene(spec);
  await scene.exchange(
    get('/ws', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'),
  );
  assert.doesNotMatch(scene.origin('o1').received, /upgrade|http2-settings/i);
});
