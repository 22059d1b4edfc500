/**
 * Sends random streams from many clients at once to a podway process, for FUZZ_MINUTES (30 for a long run). The same
 * FUZZ_SEED gives the same streams.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomFrom } from '../http1/random.ts';
import { startPodway } from '../process/podway.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { metricsOf, sumOf } from '../fixtures/load/readings.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { randomStream, type Stream } from '../search/generate-stream.ts';

const MINUTES = parameter('FUZZ_MINUTES', 30);
const SEED = parameter('FUZZ_SEED', Date.now() % 1_000_000_000);
const CLIENTS = 16;
const WORKERS = 2;

test(`${MINUTES} minutes of random streams, seed ${SEED}: no worker crashes and no error is thrown (PR-21)`, async (t) => {
  using pod = await LoadPod.start();
  await using podway = await startPodway({
    manifests: { 'pod.json': pod.manifest },
    env: { WORKERS: String(WORKERS), LOG_LEVEL: 'warn', LINGER_TIMEOUT: '100ms' },
  });
  await podway.until(200);
  const until = performance.now() + MINUTES * 60_000;
  let streams = 0;
  const client = async (index: number): Promise<void> => {
    const random = randomFrom(SEED + index);
    while (performance.now() < until) {
      await send(podway, randomStream(random));
      streams += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)));
  assert.equal((await podway.get('/')).body, 'well');
  const restarts = sumOf(await metricsOf(podway), 'podway_worker_restarts_total');
  podway.kill('SIGTERM');
  const { code, stdout, stderr } = await podway.ended;
  printFigures(t, { streams, restarts, 'exit code': code ?? -1, 'bytes on stderr': stderr.length });
  assert.equal(restarts, 0);
  assert.equal(code, 0);
  assert.equal(stderr, '');
  assert.doesNotMatch(stdout, /uncaught|unhandled|"level":(50|60)/);
});

/** Sends a stream in its segments, ends the client's side, and waits until the router has ended its side. */
async function send({ port, address }: { port: number; address: string }, stream: Stream): Promise<void> {
  using client = await RawClient.connect(port, address);
  let from = 0;
  for (const cut of [...stream.cuts, stream.bytes.length]) {
    await client.send(stream.bytes.slice(from, cut));
    from = cut;
  }
  client.halfClose();
  await client.closed();
}
