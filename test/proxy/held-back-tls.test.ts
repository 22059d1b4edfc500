/** TLS clients that send more than podway or a pod takes: what podway reads from them is bounded, over HTTP/1.1, WebSockets and HTTP/2. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { get, head } from '../fixtures/check.ts';
import { collectGarbage } from '../fixtures/collect-garbage.ts';
import { PREFACE, SETTING, settings, windowUpdate } from '../fixtures/http2/frames.ts';
import type { Field } from '../fixtures/http2/hpack.ts';
import { headers, pseudo } from '../fixtures/http2/raw-http2-client.ts';
import { type Answer, ok, type OriginRequest, neverAnswer } from '../fixtures/origin.ts';
import { digest, patternOf } from '../fixtures/pattern.ts';
import type { Scene } from '../fixtures/scene.ts';
import { secureClient, startTlsScene, TestCertificates } from '../fixtures/tls-scene.ts';
import { handshake, switching } from '../fixtures/websocket.ts';

const certificates = await TestCertificates.untilExit({ t: { names: 'DNS:t.local' } });

const MEGABYTE = 1024 * 1024;
/** Number of bytes that a client tries to send: more than the kernel takes. */
const SIZE = 32 * MEGABYTE;
/** More than the kernel's loopback buffers on both sides of the router. */
const KERNEL = 24 * MEGABYTE;
/** More than the process may hold for one client. */
const HELD = 8 * MEGABYTE;
/** Turns of the event loop without progress after which a connection counts as stopped. */
const STILL = 200;

/** Number of bytes that a pod reads slowly before it reads the rest quickly. */
const SLOWLY = MEGABYTE;

const WHOLE = patternOf('whole', SIZE);
/** Size of TLS records, smaller than what a paused stream buffers: Node would read on after a record that arrives late. */
const PIECE = 9_000;
/** The largest window of HTTP/2 (RFC 9113 section 6.9.1). */
const WINDOW = 2 ** 31 - 1;

/** The next piece of `WHOLE`, after `sent` bytes. */
const ofWhole = (sent: number): Buffer => WHOLE.subarray(sent, sent + PIECE);

/** Sends pieces until the router takes no more, at most `SIZE` bytes. Returns the number of sent bytes. */
async function flood(stream: TLSSocket, piece: (sent: number) => Buffer, timeout = STILL): Promise<number> {
  let sent = 0;
  for (let still = 0; sent < SIZE && still < timeout; ) {
    if (stream.writableNeedDrain) {
      await turn();
      still += 1;
    } else {
      assert.ok(!stream.destroyed, 'the connection stays open');
      const next = piece(sent);
      stream.write(next);
      sent += next.length;
      still = 0;
    }
  }
  return sent;
}

/** Waits until the client cannot send, and that has not changed for many turns. */
async function standstill(stream: TLSSocket): Promise<void> {
  for (let still = 0; still < STILL; await turn()) still = stream.writableNeedDrain ? still + 1 : 0;
}

/** Bytes of buffers in use. V8 subtracts what a collection has freed only some time later. */
async function memory(): Promise<number> {
  for (let count = 0; count < 3; count += 1) {
    collectGarbage();
    await turn();
  }
  return process.memoryUsage().arrayBuffers;
}

async function checkBounded(stream: TLSSocket, piece: (sent: number) => Buffer): Promise<void> {
  const before = await memory();
  const sent = await flood(stream, piece);
  assert.ok(sent < KERNEL, `${sent} bytes were read`);
  const held = (await memory()) - before;
  assert.ok(held < HELD, `${held} bytes are held`);
}

/** Reads nothing behind the head. */
const pause = ({ connection }: OriginRequest): void => void connection.socket.pause();

async function connected(answer: Answer, alpn: string): Promise<{ scene: Scene; stream: TLSSocket }> {
  const scene = await startTlsScene(certificates, {
    pods: [{ name: 'o1', paths: '/a', answer }],
    settings: { clientMaxBodySize: 0, drainTimeout: 100, lingerTimeout: 60_000 },
  });
  const options = { ca: certificates.ca, servername: 't.local', ALPNProtocols: [alpn] };
  const { stream } = await secureClient(scene, options);
  return { scene, stream };
}

interface Carrier {
  /** What the client sends before the many bytes. */
  readonly opening: string;
  /** `released` resolves when the pod may answer. */
  readonly answer: (released: Promise<void>) => Answer;
  /** Index of the request that the pod has received. */
  readonly index?: number;
  /** Takes the many bytes from the pod's connection, if the pod gets them. */
  readonly taken?: (request: OriginRequest) => Promise<Buffer>;
}

const upload = head('POST /a HTTP/1.1', 'Host: t.local', `Content-Length: ${SIZE}`);

const CARRIERS: Readonly<Record<string, Carrier>> = {
  'body bytes over HTTP/1.1': {
    opening: upload,
    answer: () => pause,
    taken: async ({ body }) => (await body).content,
  },
  'bytes of a WebSocket': {
    opening: handshake('/a'),
    answer: () => [switching(), pause, neverAnswer],
    taken: ({ connection }) => connection.reader.read(SIZE),
  },
  'bytes behind a request that the pod has not answered yet': {
    opening: `${get('/a')}${upload}`,
    answer: (released) => async (request) => {
      if (request.method === 'POST') return pause(request);
      await released;
      request.connection.socket.write(ok(''));
    },
    index: 1,
    taken: async ({ body }) => (await body).content,
  },
  'bytes behind a refused request': { opening: head('GET / HTTP/1.1'), answer: () => [] },
};

for (const [name, { opening, answer, taken, index = 0 }] of Object.entries(CARRIERS)) {
  test(`podway stops reading ${name} that no pod takes`, async () => {
    const { scene, stream } = await connected(answer(new Promise(() => undefined)), 'http/1.1');
    await using _ = scene;
    stream.write(opening);
    await checkBounded(stream, ofWhole);
    stream.destroy();
  });

  if (taken === undefined) continue;

  test(`the pod gets all ${name} when it reads, first slowly and then quickly`, async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { scene, stream } = await connected(answer(released), 'http/1.1');
    await using _ = scene;
    stream.write(opening);
    const flooded = flood(stream, ofWhole, Number.POSITIVE_INFINITY);
    await standstill(stream);
    release();
    const request = await scene.origin('o1').request(index);
    const { socket } = request.connection;
    while (socket.bytesRead < SLOWLY) {
      socket.resume();
      await turn();
      socket.pause();
      for (let count = 0; count < 3; count += 1) await turn();
    }
    socket.resume();
    assert.equal(await flooded, SIZE);
    assert.equal(digest(await taken(request)), digest(WHOLE));
    stream.destroy();
  });
}

const secure = (method: string, path: string) =>
  pseudo(method, path).map(([key, value]): Field => [key, key === ':scheme' ? 'https' : value]);

test('podway stops reading requests over HTTP/2 of a client that reads no answer', async () => {
  const answer = [head('HTTP/1.1 200 OK', `Content-Length: ${SIZE}`), WHOLE];
  const { scene, stream } = await connected(answer, 'h2');
  await using _ = scene;
  stream.pause();
  // An answer that is longer than the kernel takes: later answers wait in the router.
  const opening = [
    Buffer.from(PREFACE),
    settings([[SETTING.initialWindow, WINDOW]]),
    windowUpdate(0, 2 ** 30),
  ];
  stream.write(Buffer.concat([...opening, headers(1, secure('GET', '/a'))]));
  while (scene.router.snapshot().gauges.buffered_bytes === 0) await turn();
  const request = headers(1, [...secure('HEAD', '/nowhere'), ['x-fill', 'x'.repeat(1_000)]]);
  let id = 1;
  await checkBounded(stream, () => {
    id += 2;
    const next = Buffer.from(request);
    next.writeUInt32BE(id, 5);
    return next;
  });
  stream.destroy();
});
