/**
 * For any frames, valid and invalid ones in any order: the process survives, pods get complete requests of HTTP/1.1
 * that every parser reads in the same way, a stream gets only its own response, and no state is left, in gauges or in memory. The
 * test collects garbage throughout, so that growth of memory is growth of what is still reachable.
 *
 * HTTP2_SESSIONS=1000000 makes a long run with a new seed; HTTP2_SEED repeats one.
 */
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { GAUGES } from '../../src/boundary/figures.ts';
import { collectGarbage } from '../fixtures/collect-garbage.ts';
import { FRAME, FrameReader } from '../fixtures/http2/frames.ts';
import { pseudo, RawHttp2Client } from '../fixtures/http2/raw-http2-client.ts';
import { ok, type OriginRequest } from '../fixtures/origin.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';
import { randomFrom } from '../http1/random.ts';
import { type FrameSession, randomSession } from './generate-frames.ts';
import { readAlike } from './judges/all.ts';
import { fewer } from '../fixtures/wide.ts';

const SHORT = fewer(150);
const count = Number(process.env['HTTP2_SESSIONS'] ?? SHORT);
const seed = Number(process.env['HTTP2_SEED'] ?? (count > SHORT ? Date.now() % 1_000_000_000 : 1));
const SESSIONS_A_SCENE = 1000;
/** Sessions at a time. Few: a pod accepts one connection in a turn of the event loop, and one thread runs the whole test. */
const AT_ONCE = 16;
/** Growth in MB of router, clients and pods together that is allowed from the second to the last third of a long run. */
const MAX_GROWTH = 32;
/** Reads between two collections. */
const READS_A_COLLECTION = 100;

interface Figures {
  sessions: number;
  /** Requests that a pod got complete. */
  accepted: number;
  /** Requests of which a pod got only a part. */
  broken: number;
  /** Responses of pods that clients got. */
  answered: number;
}

/** Responds with the path of the request; HEAD gets no body. */
async function answer(request: OriginRequest): Promise<void> {
  await request.body;
  const text = ok(`=${request.target}=`);
  request.connection.socket.write(request.method === 'HEAD' ? text.slice(0, text.indexOf('=')) : text);
}

test(`${count} random sessions of HTTP/2, seed ${seed}`, async (t) => {
  const figures: Figures = { sessions: 0, accepted: 0, broken: 0, answered: 0 };
  const random = randomFrom(seed);
  const resident: number[] = [];
  while (figures.sessions < count) {
    const some = Math.min(SESSIONS_A_SCENE, count - figures.sessions);
    await playScene(
      Array.from({ length: some }, (_, at) => randomSession(random, `s${at}`)),
      figures,
    );
    figures.sessions += some;
    collectGarbage();
    resident.push(process.memoryUsage.rss() / 2 ** 20);
  }
  const grown = growth(resident);
  t.diagnostic(JSON.stringify({ ...figures, 'MB more at the end': grown }));
  assert.ok(grown <= MAX_GROWTH, `${grown} MB more at the end`);
  assert.ok(figures.accepted > count / 2, `${figures.accepted} accepted: the generator is out of date`);
  assert.ok(figures.answered > count / 4, `${figures.answered} answered`);
});

/** MB more in the last third of the scenes than in the second; 0 for fewer than six scenes. */
function growth(resident: readonly number[]): number {
  const third = Math.floor(resident.length / 3);
  if (third < 2) return 0;
  const [before, after] = [resident.slice(third, 2 * third), resident.slice(-third)].map(median);
  return Math.round((after as number) - (before as number));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

async function playScene(sessions: readonly FrameSession[], figures: Figures): Promise<void> {
  await using scene = await startScene({
    pods: [{ name: 'a', answer }],
    settings: {
      http2Plain: true,
      lingerTimeout: 20,
      // A busy machine must not make the router refuse a probe.
      shedAtLag: 60_000,
      responseHeadTimeout: 60_000,
      clientIdleTimeout: 200,
      requestHeadTimeout: 200,
      keepaliveTimeout: 200,
      tunnelIdleTimeout: 100,
      drainTimeout: 500,
    },
  });
  const waiting = sessions.entries();
  const work = async (): Promise<void> => {
    for (const [at, session] of waiting) {
      const received = await play(scene, session);
      figures.answered += judgeAnswers(received, `s${at}`);
      if (at % 100 === 0) await probe(scene);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await scene.router.drain();
  const { connections } = scene.origin('a');
  for (const connection of connections) await connection.closed();
  const texts = connections.map(({ inbox }) => inbox.received.toString('latin1'));
  for (const [at, { messages, rest }] of (await readAlike(texts)).entries()) {
    assert.notEqual(rest, 'bad', `pods got bytes that are not HTTP: ${JSON.stringify(texts[at])}`);
    figures.accepted += messages.length;
    if (rest === 'cut') figures.broken += 1;
    for (const { start, fields } of messages) {
      assert.match(
        start,
        /^\S+ (?:\*|\/s\d+-\d+(?:\?a=%E4)?|\/probe) HTTP\/1\.1$/,
        'a path that a client requested',
      );
      assert.deepEqual(
        fields
          .filter(([name]) => name.toLowerCase() === 'host')
          .map(([, value]) => value.toLowerCase().replace(/:80$/, '')),
        ['t.local'],
      );
      assert.ok(
        !fields.some(([name]) => name.toLowerCase() === 'x-b'),
        'a field out of the value of another',
      );
    }
  }
}

/** A client that keeps the rules gets its answer, and no gauge is negative, which would mean that something was released twice. */
async function probe(scene: Scene): Promise<void> {
  const { gauges } = scene.router.snapshot();
  for (const gauge of GAUGES) assert.ok(gauges[gauge] >= 0, `${gauge} is ${gauges[gauge]}`);
  using client = await RawHttp2Client.connect(scene.router.port);
  client.request(1, pseudo('GET', '/probe'));
  assert.equal((await client.answer(1)).text, '=/probe=');
}

let reads = 0;

/** Sends the session, and returns what the router sent. */
async function play(scene: Scene, { segments, end }: FrameSession): Promise<Buffer> {
  const socket = net.connect({
    port: scene.router.port,
    host: '127.0.0.1',
    noDelay: true,
    allowHalfOpen: true,
  });
  const received: Buffer[] = [];
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.on('data', (bytes: Buffer) => {
    received.push(bytes);
    reads += 1;
    if (reads % READS_A_COLLECTION === 0) collectGarbage();
  });
  socket.on('end', () => socket.end());
  socket.on('error', () => undefined);
  socket.on('close', () => resolve());
  for (const [at, segment] of segments.entries()) {
    socket.write(segment);
    // From no time up to the time that a pod needs to answer.
    for (let left = (at * 7) % 5; left > 0; left -= 1) await turn();
  }
  if (end === 'later') for (let left = 60; left > 0; left -= 1) await turn();
  if (end === 'reset') {
    await turn();
    socket.resetAndDestroy();
  } else if (end !== 'wait') socket.end();
  await closed;
  return Buffer.concat(received);
}

/** Checks that each response is for the path that this stream of this session requested. Returns their number. */
function judgeAnswers(received: Buffer, mark: string): number {
  if (received.toString('latin1', 0, 5) === 'HTTP/') return 0;
  let answers = 0;
  for (const { type, id, payload } of new FrameReader().read(received)) {
    const path = type === FRAME.data ? /^=\/(s\d+)-(\d+)/.exec(payload.toString('latin1')) : null;
    if (path === null) continue;
    answers += 1;
    assert.deepEqual([path[1], Number(path[2])], [mark, id], 'a stream gets its own response');
  }
  return answers;
}
