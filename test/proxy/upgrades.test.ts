/** The protocols of UPGRADES between node:http on both sides, and the `ws` package for unusual clients. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import WebSocket, { WebSocketServer } from 'ws';
import { podManifest } from '../fixtures/manifest.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';

/** A pod that switches to any requested protocol and echoes its input, as `docker attach` and exec do. */
function hijackingPod(): Server {
  const server = createServer((asked, answer) => {
    answer.end(`plain ${asked.method} ${asked.headers.upgrade ?? 'no upgrade'}`);
  });
  server.on('upgrade', (asked, socket: Socket, first: Buffer) => {
    socket.write(
      `HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: ${asked.headers.upgrade}\r\n` +
        'Content-Type: application/vnd.docker.raw-stream\r\n\r\n',
    );
    socket.write(first);
    socket.on('data', (bytes: Buffer) => socket.write(bytes));
    socket.on('end', () => socket.end());
    socket.on('error', () => undefined);
  });
  return server;
}

async function withPod(
  server: Server,
  upgrades: readonly string[],
  talk: (scene: Scene) => Promise<void>,
): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await using scene = await startScene({ pods: [], settings: { upgrades } });
    scene.router.applyPod(podManifest({ name: 'pod', hosts: 'localhost', paths: '/', port }));
    await talk(scene);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function ask(scene: Scene, method: string, upgrade: string) {
  const sent = request({
    host: '127.0.0.1',
    port: scene.router.port,
    path: '/exec',
    method,
    headers: { host: 'localhost', connection: 'Upgrade', upgrade },
  });
  sent.end();
  return sent;
}

for (const [method, upgrade] of [
  ['POST', 'tcp'],
  ['GET', 'tailscale-control-protocol'],
  ['POST', 'SPDY/3.1'],
] as const) {
  test(`${method} with Upgrade: ${upgrade} becomes a tunnel in both directions`, async () => {
    const upgrades = ['websocket', 'tcp', 'spdy/3.1', 'tailscale-control-protocol'];
    await withPod(hijackingPod(), upgrades, async (scene) => {
      const sent = ask(scene, method, upgrade);
      const [answer, socket, first] = (await once(sent, 'upgrade')) as [IncomingMessage, Socket, Buffer];
      assert.equal(answer.statusCode, 101);
      assert.equal(answer.headers.upgrade, upgrade);
      assert.equal(answer.headers['content-type'], 'application/vnd.docker.raw-stream');
      let echoed = first;
      socket.on('data', (bytes: Buffer) => {
        echoed = Buffer.concat([echoed, bytes]);
      });
      socket.write('GET /admin HTTP/1.1\r\n\r\n');
      socket.end('\0\xff');
      await once(socket, 'end');
      assert.equal(echoed.toString(), 'GET /admin HTTP/1.1\r\n\r\n\0\xff');
      socket.destroy();
    });
  });
}

for (const upgrade of ['h2c', 'tcp', 'spdy/3.1, tcp']) {
  test(`Upgrade: ${upgrade} never reaches the pod if it is not listed`, async () => {
    await withPod(hijackingPod(), ['websocket'], async (scene) => {
      const [answer] = (await once(ask(scene, 'POST', upgrade), 'response')) as [IncomingMessage];
      assert.equal(await text(answer), 'plain POST no upgrade');
    });
  });
}

test('a WebSocket client that sends Content-Length: 0 with its handshake, as Java 11 to 18 do, is served', async () => {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (peer) => peer.on('message', (data) => peer.send(data)));
  await withPod(server, ['websocket'], async (scene) => {
    const headers = { 'Content-Length': '0' };
    const socket = new WebSocket(`ws://localhost:${scene.router.port}/`, { family: 4, headers });
    await once(socket, 'open');
    socket.send('hello');
    assert.equal(String((await once(socket, 'message'))[0]), 'hello');
    socket.close();
    await once(socket, 'close');
  });
});
