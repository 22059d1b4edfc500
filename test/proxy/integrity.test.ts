import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { chunked, get, head } from '../rig/check.ts';
import { type Answer, drainedOrGone, type OriginRequest } from '../rig/origin.ts';
import { startScene } from '../rig/scene.ts';

const FRAMINGS = ['length', 'chunked', 'close'] as const;
type Framing = (typeof FRAMINGS)[number];

/** A body that is different at every place and for every token, so that a byte from elsewhere shows. */
function bodyOf(token: string, size: number): Buffer {
  const words = new Uint32Array(Math.ceil(size / 4));
  let word = createHash('sha256').update(token).digest().readUInt32LE(0);
  for (let index = 0; index < words.length; index += 1) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    words[index] = word;
  }
  return Buffer.from(words.buffer, 0, size);
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** `/token/framing/size`: answers with that body, cut into pieces of odd sizes. */
const bodies: Answer = async (request) => {
  const [, token = '', framing = '', size = ''] = request.target.split('/');
  await request.body;
  await answer(request, framing as Framing, bodyOf(token, Number(size)));
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
    if (!taken) await drainedOrGone(socket);
  }
  if (framing === 'chunked') socket.write('0\r\n\r\n');
  if (framing === 'close') socket.end();
}

for (const framing of FRAMINGS) {
  test(`a large answer arrives byte for byte, however the client reads it (${framing})`, async () => {
    await using scene = await startScene({ pods: [{ name: 'o1', answer: bodies }] });
    const size = 3_000_001;
    const clients = await Promise.all(Array.from({ length: 4 }, () => scene.client()));
    const responses = clients.map(async (client, index) => {
      const stutter = setInterval(
        () => (client.socket.isPaused() ? client.socket.resume() : client.socket.pause()),
        1 + index * 3,
      );
      const response = await client.exchange(get(`/token-${index}/${framing}/${size}`));
      clearInterval(stutter);
      return digest(response.content);
    });
    const expected = clients.map((_client, index) => digest(bodyOf(`token-${index}`, size)));
    assert.deepEqual(await Promise.all(responses), expected);
  });
}

test('a large upload arrives byte for byte, however it is cut', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  const body = bodyOf('upload', 3_000_001);
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

test('many clients at once, some of whom leave: everybody gets what they asked for', async () => {
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
      assert.equal(digest(response.content), digest(bodyOf(token, size)), token);
    }
    client.close();
  };
  await Promise.all(Array.from({ length: 16 }, (_, index) => one(index)));
});
