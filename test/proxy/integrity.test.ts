import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turnEnds, setTimeout as sleep } from 'node:timers/promises';
import { chunked, get, head } from '../fixtures/check.ts';
import { type Answer, untilDrained, ok, type OriginRequest } from '../fixtures/origin.ts';
import { digest, patternOf } from '../fixtures/pattern.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';
import { sampleOf } from '../fixtures/wide.ts';

const FRAMINGS = ['length', 'chunked', 'close'] as const;
type Framing = (typeof FRAMINGS)[number];

/** Answers `/token/framing/size` with a body for that token, split into pieces of odd sizes. */
const bodies: Answer = async (request) => {
  const [, token = '', framing = '', size = ''] = request.target.split('/');
  await request.body;
  await answer(request, framing as Framing, patternOf(token, Number(size)));
};

async function answer(
  { connection: { socket } }: OriginRequest,
  framing: Framing,
  body: Buffer,
): Promise<void> {
  const line = {
    length: `Content-Length: ${body.length}`,
    chunked: 'Transfer-Encoding: chunked',
    close: 'Connection: close',
  }[framing];
  socket.write(`HTTP/1.1 200 OK\r\n${line}\r\n\r\n`);
  for (let at = 0, piece = body; at < body.length && !socket.destroyed; at += piece.length) {
    piece = body.subarray(at, at + 1 + ((at * 7) % 50_021));
    if (framing === 'chunked') socket.write(`${piece.length.toString(16)}\r\n`);
    const taken = socket.write(piece);
    if (framing === 'chunked') socket.write('\r\n');
    if (!taken) await untilDrained(socket);
  }
  if (framing === 'chunked') socket.write('0\r\n\r\n');
  if (framing === 'close') socket.end();
}

/** More than the kernel buffers, so that the router has to hold a part. */
const LARGE = 16_000_002;

/** Resolves when the router holds bytes for clients that do not read. */
async function untilBuffered(scene: Scene): Promise<void> {
  while (scene.router.snapshot().gauges.buffered_bytes < 65_536) await sleep(20);
}

for (const framing of sampleOf(FRAMINGS, 1)) {
  test(`a large response arrives byte for byte, for every way of reading (${framing})`, async () => {
    await using scene = await startScene({ pods: [{ name: 'o1', answer: bodies }] });
    const tokens = ['first', 'second', 'third'];
    const responses = tokens.map(async (token, index) => {
      const client = await scene.client();
      client.socket.pause();
      await client.send(get(`/${token}/${framing}/${LARGE}`));
      await untilBuffered(scene);
      const inPieces = setInterval(
        () => (client.socket.isPaused() ? client.socket.resume() : client.socket.pause()),
        1 + index * 3,
      );
      const { content } = await client.response();
      clearInterval(inPieces);
      client.socket.resume();
      return digest(content);
    });
    const expected = tokens.map((token) => digest(patternOf(token, LARGE)));
    assert.deepEqual(await Promise.all(responses), expected);
  });
}

test('a large upload arrives byte for byte, for all splits', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  const body = patternOf('upload', 3_000_001);
  for (const framing of ['length', 'chunked'] as const) {
    using client = await scene.client();
    const line = framing === 'length' ? `Content-Length: ${body.length}` : 'Transfer-Encoding: chunked';
    void client.send(head('POST / HTTP/1.1', 'Host: t.local', line));
    const pieces: string[] = [];
    for (let at = 0; at < body.length; at += 65_537) pieces.push(body.toString('latin1', at, at + 65_537));
    if (framing === 'chunked') void client.send(chunked(...pieces));
    else for (const piece of pieces) void client.send(piece);
    assert.equal((await client.response()).status, 200);
    const received = await scene.origin('o1').requests.at(-1)?.body;
    assert.equal(digest(received?.content ?? Buffer.alloc(0)), digest(body));
  }
});

/** Reads a body as a pod that is busy most of the time. */
const stuttering: Answer = async (request) => {
  const { socket } = request.connection;
  socket.pause();
  const inPieces = setInterval(() => (socket.isPaused() ? socket.resume() : socket.pause()), 2);
  const { content } = await request.body;
  clearInterval(inPieces);
  socket.resume();
  socket.write(ok(digest(content)));
};

test('concurrent uploads to slow pods arrive byte for byte', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: stuttering }] });
  const upload = async (token: string): Promise<void> => {
    using client = await scene.client();
    const body = patternOf(token, LARGE / 2);
    void client.send(head('POST / HTTP/1.1', 'Host: t.local', `Content-Length: ${body.length}`));
    void client.send(body);
    const { text } = await client.response('POST');
    assert.equal(text, digest(body), token);
  };
  await Promise.all(['first', 'second', 'third', 'fourth'].map(upload));
});

test('an upload in small pieces arrives byte for byte, although its pod stops reading for a while', async () => {
  let reads = (): void => undefined;
  const slow: Answer = async (request) => {
    const { socket } = request.connection;
    socket.pause();
    reads = () => {
      socket.resume();
      setTimeout(() => socket.pause(), 1);
    };
    const { content } = await request.body;
    socket.resume();
    socket.write(ok(digest(content)));
  };
  await using scene = await startScene({ pods: [{ name: 'o1', answer: slow }] });
  using client = await scene.client();
  const body = patternOf('small', LARGE);
  void client.send(head('POST / HTTP/1.1', 'Host: t.local', `Content-Length: ${body.length}`));
  await scene.origin('o1').request();
  for (let at = 0; at < body.length; at += 8_000) {
    void client.send(body.subarray(at, at + 8_000));
    await turnEnds();
    if (scene.router.snapshot().gauges.request_held_bytes > 40_000) reads();
  }
  const ended = setInterval(() => reads(), 5);
  const { text } = await client.response('POST');
  clearInterval(ended);
  assert.equal(text, digest(body));
});

test('while some of many clients disconnect, every other client gets its own response', async () => {
  const names = ['a', 'b', 'c'];
  await using scene = await startScene({ pods: names.map((name) => ({ name, answer: bodies })) });
  const one = async (index: number): Promise<void> => {
    let client = await scene.client();
    for (let turn = 0; turn < 30; turn += 1) {
      const framing = FRAMINGS[(index + turn) % 3];
      const size = ((index * 31 + turn * 17) % 23) ** 4;
      const token = `t${index}-${turn}`;
      if ((index + turn) % 7 === 0) {
        await client.send(get(`/${token}/${framing}/1000000`));
        await sleep(turn % 3);
        client.reset();
        client = await scene.client();
      }
      const response = await client.exchange(get(`/${token}/${framing}/${size}`));
      assert.equal(digest(response.content), digest(patternOf(token, size)), token);
    }
    client.close();
  };
  await Promise.all(Array.from({ length: 16 }, (_, index) => one(index)));
});
