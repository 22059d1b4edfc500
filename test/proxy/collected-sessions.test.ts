/**
 * Clients and pods that disconnect after an incomplete header block, while a large body waits for them. When podway used node:http2,
 * Node.js aborted the process if it collected the native half of such a session before that of its stream.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { post } from '../fixtures/check.ts';
import { collectGarbage } from '../fixtures/collect-garbage.ts';
import { frame, FRAME, PREFACE, settings, windowUpdate } from '../fixtures/http2/frames.ts';
import { encodeFields } from '../fixtures/http2/hpack.ts';
import { headers, pseudo } from '../fixtures/http2/raw-http2-client.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { ok } from '../fixtures/origin.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';

const LARGEST = 2 ** 31 - 1;
/** SETTINGS and WINDOW_UPDATE with the largest windows, so that a body never waits for a window. */
const OPENING = [Buffer.from(PREFACE), settings([[4, LARGEST]]), windowUpdate(0, LARGEST - 65_535)];
/** Larger than the queues of sockets. */
const LARGE = ok('x'.repeat(16_000_000));
const HALF_TRAILERS = frame(FRAME.headers, 1, 1, encodeFields([['x-checksum', 'x'.repeat(100)]]));
const HALF_RESPONSE = frame(
  FRAME.headers,
  0,
  1,
  encodeFields([
    [':status', '200'],
    ['x-a', 'x'.repeat(100)],
  ]),
);
const UPLOAD = post('/', 'x'.repeat(16_000_000));
const ROUNDS = 8;

/** Resolves when every queue on the way is full: the figure no longer changes. */
async function stopped(figure: () => number): Promise<void> {
  let before = 0;
  for (let same = 0; same < 20; same += 1) {
    await turn();
    const now = figure();
    if (now === 0 || now !== before) same = 0;
    before = now;
  }
}

async function until(
  scene: Scene,
  reached: (gauges: ReturnType<Scene['router']['snapshot']>['gauges']) => boolean,
): Promise<void> {
  while (!reached(scene.router.snapshot().gauges)) await turn();
}

test('clients that disconnect after half of their trailers, with an answer unread (H2-52)', async () => {
  await using scene = await startScene({
    pods: [{ name: 'a', answer: ({ connection }) => void connection.socket.write(LARGE) }],
    settings: { http2Plain: true },
  });
  for (let left = ROUNDS; left > 0; left -= 1) {
    const client = await scene.http2Client(OPENING);
    client.socket.pause();
    client.send(headers(1, pseudo('POST'), 'more'));
    await stopped(() => scene.router.snapshot().gauges.buffered_bytes);
    client.send(HALF_TRAILERS);
    client.socket.end();
    await until(scene, ({ downstream_connections }) => downstream_connections === 0);
    client.socket.destroy();
  }
  collectGarbage();
});

/** A pod that does not read requests, and disconnects after half of a response head. */
async function startHalfPod(): Promise<{
  readonly port: number;
  leave(): Promise<void>;
  [Symbol.dispose](): void;
}> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(Buffer.concat(OPENING.slice(1)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    leave: async () => {
      for (const socket of sockets) socket.write(HALF_RESPONSE);
      // A reset at once would overtake the bytes.
      for (let left = 5; left > 0; left -= 1) await turn();
      for (const socket of sockets) socket.resetAndDestroy();
      sockets.clear();
    },
    [Symbol.dispose]: () => server.close(),
  };
}

test('pods that disconnect after half of a response head, with an upload unread (GR-18)', async () => {
  using pod = await startHalfPod();
  await using scene = await startScene({ pods: [] });
  const { router } = scene;
  router.applyPod(
    podManifest({ name: 'a', hosts: 't.local', paths: `${pod.port}:/ proto=h2c`, port: pod.port }),
  );
  for (let left = ROUNDS; left > 0; left -= 1) {
    const client = await scene.client();
    void client.send(UPLOAD);
    let taken = 0;
    await stopped(() => (taken += router.snapshot().scalars.downstream_received_bytes));
    await pod.leave();
    assert.equal((await client.response()).status, 502);
    client.close();
    await until(scene, ({ upstream_connections }) => upstream_connections === 0);
  }
  collectGarbage();
});
