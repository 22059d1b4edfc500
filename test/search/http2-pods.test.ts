/**
 * Random HTTP/2 clients against HTTP/2 pods that behave correctly or wrongly at random, with windows that open and close, resets,
 * GOAWAY and lost connections on both sides. The process survives; a client gets only bytes of its own stream's response; and no state
 * is left, neither in gauges nor as a connection to a pod, which would delay a drain.
 *
 * HTTP2_SESSIONS=1000000 makes a long run with a new seed; HTTP2_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { GAUGES } from '../../src/boundary/figures.ts';
import { FRAME, type Frame, windowUpdate } from '../fixtures/http2/frames.ts';
import { RawHttp2Client, valueOf } from '../fixtures/http2/raw-http2-client.ts';
import type { RawHttp2Peer } from '../fixtures/http2/raw-http2-peer.ts';
import { type RequestHandler, type PodConnection, RawHttp2Pod } from '../fixtures/http2/raw-http2-pod.ts';
import { rejectAfter } from '../fixtures/socket-reader.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { startRouter, type TestRouter } from '../fixtures/router.ts';
import { reducedCount } from '../fixtures/wide.ts';
import { type Random, randomFrom } from '../http1/random.ts';
import { bodyOf, clientSteps, POD_OPENING, podSteps, type Step } from './generate-exchanges.ts';

const SHORT = reducedCount(150);
const count = Number(process.env['HTTP2_SESSIONS'] ?? SHORT);
const seed = Number(process.env['HTTP2_SEED'] ?? (count > SHORT ? Date.now() % 1_000_000_000 : 1));
const SESSIONS_A_SCENE = 300;
const AT_ONCE = 8;
const DRAIN_TIMEOUT = 8_000;

const SETTINGS = {
  http2Plain: true,
  // A small buffer, so that bytes wait in every place.
  proxyBufferSize: 16_384,
  upstreamStreams: 8,
  shedAtLag: 60_000,
  upstreamKeepaliveTimeout: 600,
  clientIdleTimeout: 300,
  responseHeadTimeout: 300,
  upstreamIdleTimeout: 300,
  keepaliveTimeout: 300,
  requestHeadTimeout: 300,
  lingerTimeout: 50,
  drainTimeout: 500,
  ejectionTime: 1,
  ejectionMaxTime: 1,
} as const;

interface Figures {
  sessions: number;
  requests: number;
  /** Requests that got a whole response of the pod. */
  whole: number;
}

test(`${count} random HTTP/2 sessions with random HTTP/2 pods, seed ${seed}`, async (t) => {
  const draw = randomFrom(seed);
  const figures: Figures = { sessions: 0, requests: 0, whole: 0 };
  while (figures.sessions < count) {
    const some = Math.min(SESSIONS_A_SCENE, count - figures.sessions);
    await playScene(draw, some, figures);
    figures.sessions += some;
  }
  t.diagnostic(JSON.stringify(figures));
  assert.ok(figures.whole > figures.requests / 20, 'the generator still makes whole responses');
});

async function playScene(draw: Random, sessions: number, figures: Figures): Promise<void> {
  const scripts = Array.from({ length: sessions }, () => {
    const paths = Array.from({ length: 4 + draw(10) }, () => `/${(figures.requests += 1)}`);
    return { paths, steps: clientSteps(draw, paths) };
  });
  await using pod = await RawHttp2Pod.start(podOf(), { opening: POD_OPENING });
  const { port } = pod;
  const router = await startRouter({
    pods: [podManifest({ name: 'a', hosts: 't.local', paths: `${port}:/ proto=h2c`, port })],
    secrets: [],
    settings: SETTINGS,
  });
  try {
    const waiting = scripts.values();
    const work = async (): Promise<void> => {
      for (const { paths, steps } of waiting) await playClient(router, steps, paths);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    // All exchanges must end without a drain, which would cut those that hang.
    await atRest(router);
    assert.equal(await rejectAfter(DRAIN_TIMEOUT, 'the end of the drain', router.drain()), 0);
    for (const connection of pod.connections) judgeUploads(connection);
    figures.whole += router.log.filter(({ status, reason }) => status === 200 && reason === '').length;
  } finally {
    router.close();
  }
}

/** A pod whose behaviour depends only on the path and the seed. In most cases it gives credit for the DATA that it receives. */
function podOf(): RequestHandler {
  const known = new Set<PodConnection>();
  return ({ connection, id, path }) => {
    const draw = randomFrom(seed * 1_000_003 + Number(path.slice(1)));
    if (!known.has(connection)) {
      known.add(connection);
      giveCredit(draw, connection);
    }
    void perform(connection, podSteps(draw, id, path));
  };
}

function giveCredit(draw: Random, connection: PodConnection): void {
  let seen = 0;
  connection.socket.on('data', () => {
    for (; seen < connection.frames.length; seen += 1) {
      const { type, id, payload } = connection.frames[seen] as Frame;
      if (type !== FRAME.data || payload.length === 0 || draw(5) === 0) continue;
      connection.send(windowUpdate(0, payload.length));
      if (draw(5) > 0) connection.send(windowUpdate(id, payload.length));
    }
  });
}

async function playClient(
  router: TestRouter,
  steps: readonly Step[],
  paths: readonly string[],
): Promise<void> {
  const [{ sends: opening = [] } = {}, ...others] = steps;
  using client = await RawHttp2Client.connect(router.port, opening);
  await perform(client, others);
  await client.closed();
  for (const [at, path] of paths.entries()) {
    const { status, content, value } = client.answerOf(at * 2 + 1);
    if (status === 200 && value('x-podway-reason') === undefined)
      assert.ok(
        bodyOf(path).subarray(0, content.length).equals(content),
        `bytes of another stream than ${path}`,
      );
  }
}

async function perform(peer: RawHttp2Peer, steps: readonly Step[]): Promise<void> {
  for (const { after = 0, sends, ends } of steps) {
    for (let left = after; left > 0; left -= 1) await turn();
    if (sends !== undefined) peer.send(...sends);
    if (ends === 'destroy') peer.socket.destroy();
    if (ends === 'reset') peer.reset();
    if (ends === 'fin') peer.socket.end();
  }
}

/** Checks that the bytes of each request are a prefix of its own body. */
function judgeUploads({ blocks, frames }: PodConnection): void {
  for (const { id, fields } of blocks) {
    const path = valueOf(fields, ':path');
    const pieces = frames
      .filter((it) => it.type === FRAME.data && it.id === id)
      .map(({ payload }) => payload);
    const content = Buffer.concat(pieces);
    assert.ok(
      bodyOf(`up${path}`).subarray(0, content.length).equals(content),
      `bytes of another body than ${path}`,
    );
  }
}

/** Waits until no client, request, byte or connection to a pod is left. */
async function atRest(router: TestRouter): Promise<void> {
  const begin = performance.now();
  for (;;) {
    const { gauges } = router.snapshot();
    const left = GAUGES.filter((gauge) => gauges[gauge] !== 0).map((gauge) => `${gauge} ${gauges[gauge]}`);
    if (left.length === 0) return;
    assert.ok(performance.now() - begin < DRAIN_TIMEOUT, left.join(', '));
    await sleep(10);
  }
}
