/**
 * For any frames, valid and invalid in any order: the process survives; pods get complete HTTP/1.1 requests, which every parser
 * reads in the same way; a stream gets only its own response; and no state is left, in gauges or in memory. The test collects garbage
 * all the time, so that growth of memory is growth of reachable objects.
 *
 * HTTP2_SESSIONS=1000000 makes a long run with a new seed; HTTP2_SEED repeats a run.
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
import { readWithAllParsers } from './parsers/all-parsers.ts';
import { reducedCount } from '../fixtures/wide.ts';

const SHORT = reducedCount(150);
const count = Number(process.env['HTTP2_SESSIONS'] ?? SHORT);
const seed = Number(process.env['HTTP2_SEED'] ?? (count > SHORT ? Date.now() % 1_000_000_000 : 1));
const SESSIONS_A_SCENE = 1000;
/** Sessions at the same time. Few, because a pod accepts one connection in a turn of the event loop, and the test has one thread. */
const AT_ONCE = 16;
/** Maximum growth of router, clients and pods together, in MB, from the second to the last third of a long run. */
const MAX_GROWTH = 32;
/** Reads between two garbage collections. */
const READS_A_COLLECTION = 100;

interface Figures {
  sessions: number;
  /** Requests that a pod received completely. */
  accepted: number;
  /** Requests that a pod received in part. */
  broken: number;
  /** Responses of pods that reached clients. */
  answered: number;
}

/** Responds with the path of the request; HEAD gets no body. */
async function answer(request: OriginRequest): Promise<void> {
  await request.body;
  const text = ok(`=${request.target}=`);
  request.connection.socket.write(request.method === 'HEAD' ? text.slice(0, text.indexOf('=')) : text);
}

test(`${count} random HTTP/2 sessions, seed ${seed}`, async (t) => {
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
  t.diagnostic(JSON.stringify({ ...figures, 'MB of growth until the end': grown }));
  assert.ok(grown <= MAX_GROWTH, `${grown} MB of growth until the end`);
  assert.ok(figures.accepted > count / 2, `${figures.accepted} accepted: the generator is out of date`);
  assert.ok(figures.answered > count / 4, `${figures.answered} answered`);
});

/** Growth of the median from the second third of the scenes to the last, in MB; 0 for fewer than six scenes. */
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
      // The router must not refuse a probe because the machine is busy.
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
  const texts = connections.map(({ reader }) => reader.received.toString('latin1'));
  for (const [at, { messages, rest }] of (await readWithAllParsers(texts)).entries()) {
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
        'a field that came from the value of another',
      );
    }
  }
}

/** Checks that a correct client gets its answer, and that no gauge is negative: that would mean that a count was released twice. */
async function probe(scene: Scene): Promise<void> {
  const { gauges } = scene.router.snapshot();
  for (const gauge of GAUGES) assert.ok(gauges[gauge] >= 0, `${gauge} is ${gauges[gauge]}`);
  using client = await RawHttp2Client.connect(scene.router.port);
  client.request(1, pseudo('GET', '/probe'));
  assert.equal((await client.answer(1)).text, '=/probe=');
}

let reads = 0;

/** Sends the session; resolves with the bytes that the router sent. */
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
    // Up to the time that a pod needs to answer.
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

/** Checks that each response has the path that its stream requested. Returns the number of responses. */
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
