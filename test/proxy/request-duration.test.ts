import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccessRecord } from '../../src/boundary/access-record.ts';
import { get, post } from '../fixtures/check.ts';
import { type Action, untilDrained, ok, readBody } from '../fixtures/origin.ts';
import type { RawClient } from '../fixtures/raw-client.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';

/** More bytes than the kernel's buffers between router and client hold. */
const SIZE = 32 * 1024 * 1024;
/** Seconds. Even on a busy machine no test takes as long. */
const WAITED = 1_000;

/** The clock of the process keeps running. The returned function sets it forward. */
function clock(t: TestContext): () => void {
  const real = performance.now.bind(performance);
  let ahead = 0;
  t.mock.method(performance, 'now', () => real() + ahead);
  return () => void (ahead += WAITED * 1_000);
}

const large: Action = async ({ connection: { socket } }) => {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`);
  if (!socket.write(Buffer.alloc(SIZE, 'x'))) await untilDrained(socket);
};

/** A scene in which the router or the kernel holds the whole response, because its client does not read. */
async function unread(): Promise<Scene> {
  return startScene({
    pods: [{ name: 'o1', answer: large }],
    settings: { proxyBufferSize: 2 * SIZE, proxyBufferMemory: 4 * SIZE },
  });
}

async function recorded(scene: Scene, index = 0): Promise<AccessRecord> {
  while (scene.router.log.length <= index) await sleep(2);
  return scene.router.log[index] as AccessRecord;
}

/** Resolves when the router has read the first bytes of a request. */
async function begun(scene: Scene): Promise<void> {
  while (scene.router.snapshot().scalars.downstream_received_bytes === 0) await sleep(2);
}

function requestSum(scene: Scene): number | undefined {
  return scene.router.snapshot().series[0]?.durations.find(({ stage }) => stage === 'request')?.sum;
}

async function untilAnswered(scene: Scene): Promise<void> {
  while (scene.router.snapshot().gauges.exchanges_in_flight > 0) await sleep(2);
}

/** A client that reads only the head of its response. The router holds the rest. */
async function stoppedReader(scene: Scene): Promise<RawClient> {
  const client = await scene.client();
  await client.send(get('/'));
  await client.head();
  client.socket.pause();
  await untilAnswered(scene);
  return client;
}

test('a request begins with its first byte, however slowly its head arrives', async (t) => {
  const pass = clock(t);
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  using client = await scene.client();
  const request = get('/');
  await client.send(request.slice(0, 10));
  await begun(scene);
  pass();
  await client.exchange(request.slice(10), 'GET');
  assert.ok((await recorded(scene)).duration >= WAITED);
  assert.ok((requestSum(scene) ?? 0) >= WAITED);
  // The next request has its own start.
  const sent = Date.now();
  await client.exchange(request);
  const { time, duration } = await recorded(scene, 1);
  assert.ok(time >= sent - 5);
  assert.ok(duration < WAITED);
});

test('a request ends with the last byte of its response, even for a slow reader', async (t) => {
  const pass = clock(t);
  await using scene = await unread();
  using client = await stoppedReader(scene);
  pass();
  assert.deepEqual(scene.router.log, [], 'some bytes of the response are not sent yet');
  client.socket.resume();
  await client.reader.read(SIZE);
  const { status, reason, bytesSent, duration } = await recorded(scene);
  assert.deepEqual([status, reason, bytesSent], [200, '', SIZE]);
  assert.ok(duration >= WAITED);
});

test('a client that disconnects before it has read all counts as gone', async () => {
  await using scene = await unread();
  using client = await stoppedReader(scene);
  client.reset();
  const { status, reason } = await recorded(scene);
  assert.deepEqual([status, reason], [200, 'client-left']);
});

test('the time in which a client sends its body does not count against the pod', async (t) => {
  const pass = clock(t);
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [readBody, ok('well')] }] });
  using client = await scene.client();
  const request = post('/', 'hello');
  await client.send(request.slice(0, -5));
  await scene.origin('o1').request();
  pass();
  assert.equal((await client.exchange('hello', 'POST')).status, 200);
  const { duration, upstreamDuration } = await recorded(scene);
  assert.ok(duration >= WAITED, `${duration}`);
  assert.ok(upstreamDuration >= 0 && upstreamDuration < WAITED, `${upstreamDuration}`);
});

test('the time of a pod that answers early starts at the last byte that it received', async (t) => {
  const pass = clock(t);
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [pass, ok('early')] }] });
  using client = await scene.client();
  const request = post('/', 'hello');
  assert.equal((await client.exchange(request.slice(0, -5))).status, 200);
  client.close();
  assert.ok((await recorded(scene)).upstreamDuration >= WAITED);
});
