/** Clients over TLS that send more than is taken: what podway reads of them is bounded, with HTTP/1.1, WebSockets and HTTP/2. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { get, head } from '../fixtures/check.ts';
import { collectGarbage } from '../fixtures/collect-garbage.ts';
import { PREFACE, SETTING, settings, windowUpdate } from '../fixtures/http2/frames.ts';
import type { Field } from '../fixtures/http2/hpack.ts';
import { headers, pseudo } from '../fixtures/http2/raw-http2-client.ts';
import { type Answer, ok, type OriginRequest, silence } from '../fixtures/origin.ts';
import { digest, patternOf } from '../fixtures/pattern.ts';
import type { Scene } from '../fixtures/scene.ts';
import { secureClient, startTlsScene, TestCertificates } from '../fixtures/tls-scene.ts';
import { handshake, switching } from '../fixtures/websocket.ts';

const certificates = await TestCertificates.make({ t: { names: 'DNS:t.local' } });
after(() => certificates[Symbol.asyncDispose]());

const MEGABYTE = 1024 * 1024;
/** What a client has to send: more than the kernel takes. */
const SIZE = 32 * MEGABYTE;
/** The kernel's loopback buffers on both sides of the router, with room to spare. */
const KERNEL = 24 * MEGABYTE;
/** What the process may hold of one client, with room to spare. */
const HELD = 8 * MEGABYTE;
/** So many turns of the event loop without progress are a standstill. */
const STILL = 200;

/** So much of what is sent a pod reads slowly. */
const SLOWLY = MEGABYTE;

const WHOLE = patternOf('whole', SIZE);
/** Records of TLS that are smaller than what a paused stream keeps: after one that comes late, Node would read on. */
const PIECE = 9_000;
/** The largest window of HTTP/2 (RFC 9113 section 6.9.1). */
const WINDOW = 2 ** 31 - 1;

/** The bytes of `WHOLE`, piece by piece. */
const ofWhole = (sent: number): Buffer => WHOLE.subarray(sent, sent + PIECE);

/** Sends pieces until the router takes no more of them, or there are `SIZE` bytes of them. Returns their bytes. */
async function flood(stream: TLSSocket, piece: (sent: number) => Buffer, patience = STILL): Promise<number> {
  let sent = 0;
  for (let still = 0; sent < SIZE && still < patience; ) {
    if (stream.writableNeedDrain) {
      await turn();
      still += 1;
    } else {
      assert.ok(!stream.destroyed, 'the connection goes on');
      const next = piece(sent);
      stream.write(next);
      sent += next.length;
      still = 0;
    }
  }
  return sent;
}

/** The client has to wait, and nothing changes that. */
async function standstill(stream: TLSSocket): Promise<void> {
  for (let still = 0; still < STILL; await turn()) still = stream.writableNeedDrain ? still + 1 : 0;
}

/** Bytes of buffers in use. V8 counts what a collection has freed only some time later. */
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

/** The pod reads nothing behind the head. */
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
  /** What comes before the bytes of which there are too many. */
  readonly opening: string;
  /** `released`: the pod may answer now. */
  readonly answer: (released: Promise<void>) => Answer;
  /** The number of the request that the pod has got. */
  readonly index?: number;
  /** The pod gets those bytes, and can take them from its connection. */
  readonly taken?: (request: OriginRequest) => Promise<Buffer>;
}

const upload = head('POST /a HTTP/1.1', 'Host: t.local', `Content-Length: ${SIZE}`);

const CARRIERS: Readonly<Record<string, Carrier>> = {
  'a body over HTTP/1.1, of which the pod reads nothing,': {
    opening: upload,
    answer: () => pause,
    taken: async ({ body }) => (await body).content,
  },
  'a WebSocket, of which the pod reads nothing,': {
    opening: handshake('/a'),
    answer: () => [switching(), pause, silence],
    taken: ({ connection }) => connection.inbox.take(SIZE),
  },
  'what comes behind a request that the pod has not answered yet': {
    opening: `${get('/a')}${upload}`,
    answer: (released) => async (request) => {
      if (request.method === 'POST') return pause(request);
      await released;
      request.connection.socket.write(ok(''));
    },
    index: 1,
    taken: async ({ body }) => (await body).content,
  },
  'what comes behind a request that was refused': { opening: head('GET / HTTP/1.1'), answer: () => [] },
};

for (const [name, { opening, answer, taken, index = 0 }] of Object.entries(CARRIERS)) {
  test(`${name} is not read either`, async () => {
    const { scene, stream } = await connected(answer(new Promise(() => undefined)), 'http/1.1');
    await using _ = scene;
    stream.write(opening);
    await checkBounded(stream, ofWhole);
    stream.destroy();
  });

  if (taken === undefined) continue;

  test(`${name} arrives whole once the pod takes it, slowly and then quickly`, async () => {
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

test('requests over HTTP/2 whose client reads no answer are not read either', async () => {
  const answer = [head('HTTP/1.1 200 OK', `Content-Length: ${SIZE}`), WHOLE];
  const { scene, stream } = await connected(answer, 'h2');
  await using _ = scene;
  stream.pause();
  // More of an answer than the kernel takes: those behind it wait in the router.
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
