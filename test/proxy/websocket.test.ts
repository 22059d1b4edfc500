import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import WebSocket, { WebSocketServer } from 'ws';
import { checkExchanges, forwarded } from '../fixtures/check.ts';
import { parameter } from '../fixtures/load/figures.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { neverAnswer } from '../fixtures/origin.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';
import { handshake, SAMPLE_KEY } from '../fixtures/websocket.ts';

/** A pod that uses the `ws` package as an independent peer. */
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

async function echoOf(socket: WebSocket, message: string | Buffer): Promise<Buffer> {
  socket.send(message);
  const [data] = (await once(socket, 'message')) as [Buffer];
  return data;
}

test('text and binary messages of all sizes are echoed (W1, WS-01)', async () => {
  await withPeer(async (_scene, url) => {
    const socket = open(url, { perMessageDeflate: true });
    await once(socket, 'open');
    assert.equal((await echoOf(socket, 'hello')).toString(), 'hello');
    for (const size of [0, 1, 125, 126, 65_535, 65_536, 4 * 1024 * 1024]) {
      const message = randomBytes(size);
      assert.ok((await echoOf(socket, message)).equals(message), `${size} bytes`);
    }
    socket.close(4000, 'done');
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    assert.deepEqual([code, reason.toString()], [4000, 'done']);
  });
});

test('ping, pong and fragments are passed on to the peers (WS-11)', async () => {
  await withPeer(async (_scene, url) => {
    const socket = open(url);
    await once(socket, 'open');
    socket.ping('beat');
    assert.equal(String((await once(socket, 'pong'))[0]), 'beat');
    socket.send('frag', { fin: false });
    assert.equal((await echoOf(socket, 'ment')).toString(), 'fragment');
    socket.terminate();
  });
});

const PIECES = parameter('WS10_PIECES', 64);

test('large transfers in both directions at once arrive complete (WS-10)', async () => {
  await withPeer(async (_scene, url) => {
    const socket = open(url);
    await once(socket, 'open');
    const [sent, received] = [createHash('sha256'), createHash('sha256')];
    const done = new Promise<void>((resolve) => {
      let count = 0;
      socket.on('message', (data: Buffer) => {
        received.update(data);
        count += 1;
        if (count === PIECES) resolve();
      });
    });
    for (let count = 0; count < PIECES; count += 1) {
      const piece = randomBytes(256 * 1024);
      sent.update(piece);
      socket.send(piece);
    }
    await done;
    assert.equal(received.digest('hex'), sent.digest('hex'));
    socket.terminate();
  });
});

/** The hazard catalogue's numbers take minutes: WS25_CYCLES=10000, WS10_PIECES=4096. */
const CYCLES = parameter('WS25_CYCLES', 100);

test(`${CYCLES} sockets are opened and closed, and leave no state behind (WS-25)`, async () => {
  await withPeer(async (scene, url) => {
    for (let turn = 0; turn < CYCLES; turn += 1) {
      const socket = open(url);
      await once(socket, 'open');
      socket.close();
      await once(socket, 'close');
    }
    const { gauges, scalars } = scene.router.snapshot();
    assert.equal(scalars.tunnels_opened, CYCLES);
    assert.equal(gauges.tunnels, 0);
  });
});

await checkExchanges(
  'a handshake is routed like any request (W2)',
  { pods: [{ name: 'o1', paths: '/ws' }] },
  [
    { name: 'unknown path', send: handshake('/none'), status: 404, after: 'closed' },
    { name: 'unknown host', send: handshake('/ws').replace('t.local', 'unknown'), status: 'closed' },
    {
      name: 'HTTP/1.0 has no upgrade',
      send: handshake('/ws').replace('HTTP/1.1', 'HTTP/1.0'),
      status: 200,
      origin: 'o1',
      upstream: forwarded('GET /ws', [
        'Host: t.local',
        `Sec-WebSocket-Key: ${SAMPLE_KEY}`,
        'Sec-WebSocket-Version: 13',
      ]),
      after: 'closed',
    },
  ],
);

test('early bytes are bounded: podway stops reading from the client', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [neverAnswer] }] });
  using client = await scene.client();
  let written = false;
  await client.send(handshake('/'));
  void client.send(Buffer.alloc(32 * 1024 * 1024)).then(() => (written = true));
  await scene.origin('o1').request();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(written, false);
  client.reset();
});
