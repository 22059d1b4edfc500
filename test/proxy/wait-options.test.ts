import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBlackHole } from '../fixtures/black-hole.ts';
import { get } from '../fixtures/check.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { type Answer, ok, neverAnswer } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';
import { echoing, handshake } from '../fixtures/websocket.ts';

/** Milliseconds: longer than the options of these tests allow for a head. */
const LONG = 400;
const SHORT_WAIT = 'timeout=100ms deadline=150ms';

interface LateCase {
  readonly words: string;
  readonly reason: string;
  readonly answer: Answer;
}

const LATE: readonly LateCase[] = [
  { words: 'timeout=100ms', reason: 'response-timeout', answer: [neverAnswer] },
  { words: 'deadline=100ms', reason: 'deadline', answer: [neverAnswer] },
  { words: 'timeout=100ms deadline=1h', reason: 'response-timeout', answer: [neverAnswer] },
];

for (const { words, reason, answer } of LATE)
  test(`${words}: a silent pod is ${reason}`, async () => {
    await using scene = await startScene({ pods: [{ name: 'o1', paths: `/ ${words}`, answer }] });
    const response = await scene.exchange(get('/'));
    assert.deepEqual([response.status, response.value('x-podway-reason')], [504, reason]);
  });

test('a response that has begun is not cut by the timeout of its head', async () => {
  const events = [
    'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 2\r\n\r\na',
    () => sleep(LONG),
    'b',
  ];
  await using scene = await startScene({ pods: [{ name: 'o1', paths: `/ ${SHORT_WAIT}`, answer: events }] });
  assert.equal((await scene.exchange(get('/'))).text, 'ab');
});

test('a silent WebSocket is not cut by the timeout of its head', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', paths: `/ ${SHORT_WAIT}`, answer: echoing }] });
  using client = await scene.client();
  await client.send(handshake('/'));
  assert.match((await client.head()).start, /101/);
  await sleep(LONG);
  await client.send('late');
  assert.equal((await client.reader.read(4)).toString(), 'late');
});

test('other pods are tried at most retries= times', async () => {
  const pods = ['o1', 'o2', 'o3'].map((name) => ({ name, paths: '/ retries=1', refuses: true }));
  await using scene = await startScene({ pods });
  const response = await scene.exchange(get('/'));
  assert.equal(response.value('x-podway-reason'), 'connect-refused');
  assert.equal(scene.router.log[0]?.attempts, 2);
});

test('two paths of one pod wait for different times', async () => {
  const answer: Answer = [() => sleep(LONG), ok('late')];
  await using scene = await startScene({ pods: [{ name: 'o1', paths: '/a timeout=100ms /b', answer }] });
  const [a, b] = await Promise.all([scene.exchange(get('/a')), scene.exchange(get('/b'))]);
  assert.deepEqual([a.status, b.status], [504, 200]);
});

test('idle=: a response that stalls is aborted, and another path of the pod has its own limit', async () => {
  const part = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na';
  const answer: Answer = [part, () => sleep(LONG), 'b'];
  await using scene = await startScene({ pods: [{ name: 'o1', paths: '/a idle=100ms /b', answer }] });
  using client = await scene.client();
  await client.send(get('/a'));
  const [whole] = await Promise.all([scene.exchange(get('/b')), client.closed()]);
  assert.equal(whole.text, 'ab');
  const reasons = new Map(scene.router.log.map(({ route, reason }) => [route, reason]));
  assert.deepEqual([reasons.get('t.local/a'), reasons.get('t.local/b')], ['upstream-stalled', '']);
});

test('connect=: the attempt to connect to a pod that accepts no connection ends', async () => {
  await using hole = await startBlackHole();
  await using scene = await startScene({ pods: [], settings: { connectTimeout: 60_000 } });
  scene.router.applyPod(
    podManifest({ name: 'dead', hosts: 't.local', paths: `${hole.port}:/ connect=100ms`, port: hole.port }),
  );
  const response = await scene.exchange(get('/'));
  assert.deepEqual([response.status, response.value('x-podway-reason')], [504, 'connect-timeout']);
});

test('tunnel-idle=: a WebSocket on which neither side sends is closed', async () => {
  const pods = [{ name: 'o1', paths: '/ tunnel-idle=100ms', answer: echoing }];
  await using scene = await startScene({ pods, settings: { tunnelIdleTimeout: 60_000 } });
  using client = await scene.client();
  await client.send(handshake('/'));
  assert.match((await client.head()).start, /101/);
  await client.closed();
  assert.deepEqual(
    scene.router.log.map(({ status, reason }) => [status, reason]),
    [[101, 'tunnel-idle']],
  );
});
