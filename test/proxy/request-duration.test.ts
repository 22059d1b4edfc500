import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccessRecord } from '../../src/boundary/access-record.ts';
import { get, post } from '../fixtures/check.ts';
import { type Action, drainedOrGone, ok, readBody } from '../fixtures/origin.ts';
import type { RawClient } from '../fixtures/raw-client.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';

/** More than the kernel's buffers between router and client hold. */
const SIZE = 32 * 1024 * 1024;
/** Timers may be slightly early on the other clock. */
const WAIT = 60;
const WAITED = (WAIT - 5) / 1000;

const large: Action = async ({ connection: { socket } }) => {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`);
  if (!socket.write(Buffer.alloc(SIZE, 'x'))) await drainedOrGone(socket);
};

/** The router's or the kernel's memory holds the whole response; its reader does not read. */
async function unread(): Promise<Scene> {
  return startScene({
    pods: [{ name: 'o1', answer: large }],
    settings: { proxyBufferSize: 2 * SIZE, proxyBufferMemory: 4 * SIZE },
  });
}

async function recorded(scene: Scene): Promise<AccessRecord> {
  while (scene.router.log.length === 0) await sleep(2);
  return scene.router.log[0] as AccessRecord;
}

function requestSum(scene: Scene): number | undefined {
  return scene.router.snapshot().series[0]?.durations.find(({ stage }) => stage === 'request')?.sum;
}

async function untilAnswered(scene: Scene): Promise<void> {
  while (scene.router.snapshot().gauges.exchanges_in_flight > 0) await sleep(2);
}

/** Reads only the head of its response; the router holds the rest. */
async function stoppedReader(scene: Scene): Promise<RawClient> {
  const client = await scene.client();
  await client.send(get('/'));
  await client.head();
  client.socket.pause();
  await untilAnswered(scene);
  return client;
}

test('a request begins with its first byte, regardless of how slowly its head arrives', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  using client = await scene.client();
  const request = get('/');
  await client.send(request.slice(0, 10));
  await sleep(WAIT);
  await client.exchange(request.slice(10), 'GET');
  assert.ok((scene.router.log[0]?.duration ?? 0) >= WAITED);
  assert.ok((requestSum(scene) ?? 0) >= WAITED);
  // The next one does not inherit it.
  const sent = Date.now();
  await client.exchange(request);
  assert.ok((scene.router.log[1]?.time ?? 0) >= sent - 5);
});

test('a request ends with the last byte of its response, also for a slow reader', async () => {
  await using scene = await unread();
  using client = await stoppedReader(scene);
  await sleep(WAIT);
  assert.deepEqual(scene.router.log, [], 'some bytes of it are not sent');
  client.socket.resume();
  await client.inbox.take(SIZE);
  const { status, reason, bytesSent, duration } = await recorded(scene);
  assert.deepEqual([status, reason, bytesSent], [200, '', SIZE]);
  assert.ok(duration >= WAITED);
});

test('a client that leaves before it has read all counts as gone', async () => {
  await using scene = await unread();
  using client = await stoppedReader(scene);
  client.reset();
  const { status, reason } = await recorded(scene);
  assert.deepEqual([status, reason], [200, 'client-left']);
});

test('the time in which a client sends its body does not count for the pod', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [readBody, ok('well')] }] });
  using client = await scene.client();
  const request = post('/', 'hello');
  await client.send(request.slice(0, -5));
  await scene.origin('o1').request();
  await sleep(WAIT);
  assert.equal((await client.exchange('hello', 'POST')).status, 200);
  const { duration, upstreamDuration } = await recorded(scene);
  assert.ok(
    upstreamDuration >= 0 && duration >= upstreamDuration + WAITED,
    `${duration} ${upstreamDuration}`,
  );
});

test('the time of a pod that answers early starts at the last byte that it got', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [() => sleep(WAIT), ok('early')] }],
  });
  using client = await scene.client();
  const request = post('/', 'hello');
  assert.equal((await client.exchange(request.slice(0, -5))).status, 200);
  client.close();
  assert.ok((await recorded(scene)).upstreamDuration >= WAITED);
});
