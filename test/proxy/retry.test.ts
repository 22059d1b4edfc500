import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, post } from '../fixtures/check.ts';
import { neverAnswer, type Answer } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';

test('no request of any method is lost when a pod refuses connections, and the pod is ejected (P13)', async () => {
  await using scene = await startScene({
    pods: [{ name: 'a' }, { name: 'b', refuses: true }, { name: 'c' }],
  });
  for (let turn = 0; turn < 30; turn += 1) {
    assert.equal((await scene.exchange(get('/'))).status, 200);
    assert.equal((await scene.exchange(post('/', 'body'))).status, 200);
  }
  const { scalars } = scene.router.snapshot();
  assert.equal(scalars.upstream_connect_failures, 1);
  assert.equal(scalars.upstream_retries, 1);
  assert.equal(scalars.upstream_ejections, 1);
});

test('when all pods are ejected, podway tries them nevertheless', async () => {
  await using scene = await startScene({ pods: ['a', 'b', 'c'].map((name) => ({ name, refuses: true })) });
  for (let turn = 0; turn < 3; turn += 1) assert.equal((await scene.exchange(get('/'))).status, 502);
  assert.ok(scene.router.snapshot().scalars.upstream_connect_failures > 3);
});

test('a POST is sent on a new connection if the pod has closed the idle one (P43)', async () => {
  await using scene = await startScene({ pods: [{ name: 'a' }] });
  assert.equal((await scene.exchange(get('/'))).status, 200);
  const idle = await scene.origin('a').connection();
  idle.socket.end();
  await idle.closed();
  assert.equal((await scene.exchange(post('/', 'body'))).status, 200);
});

test('a pod that never answers is 504, no other pod is tried, and it stays in rotation (P17)', async () => {
  const answer: Answer = [neverAnswer];
  await using scene = await startScene({
    pods: [
      { name: 'a', answer },
      { name: 'b', answer },
    ],
    settings: { responseHeadTimeout: 200 },
  });
  for (let turn = 0; turn < 4; turn += 1) {
    const response = await scene.exchange(get('/'));
    assert.equal(response.status, 504);
  }
  assert.equal(scene.origin('a').requests.length, 2);
  assert.equal(scene.origin('b').requests.length, 2);
  assert.equal(scene.router.snapshot().scalars.upstream_ejections, 0);
});

test('a 5xx of a pod is forwarded: no retry, no ejection', async () => {
  const answer: Answer = ['HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy'];
  await using scene = await startScene({
    pods: [
      { name: 'a', answer },
      { name: 'b', answer },
    ],
  });
  for (let turn = 0; turn < 4; turn += 1) assert.equal((await scene.exchange(get('/'))).text, 'busy');
  assert.equal(scene.origin('a').requests.length, 2);
  assert.equal(scene.origin('b').requests.length, 2);
});

test('a malformed response is 502, and the pod is not ejected', async () => {
  const answer: Answer = ['nonsense\r\n\r\n'];
  await using scene = await startScene({
    pods: [
      { name: 'a', answer },
      { name: 'b', answer },
    ],
  });
  for (let turn = 0; turn < 4; turn += 1) assert.equal((await scene.exchange(get('/'))).status, 502);
  assert.equal(scene.origin('a').requests.length, 2);
  assert.equal(scene.router.snapshot().scalars.upstream_ejections, 0);
});

test('an ejected pod is tried again after its time, once, and readmitted', async () => {
  await using scene = await startScene({
    pods: [{ name: 'a' }, { name: 'b' }],
    settings: { ejectionTime: 1, ejectionMaxTime: 1 },
  });
  const flaky = scene.origin('a');
  flaky.onConnection = (connection) => connection.socket.resetAndDestroy();
  for (let turn = 0; turn < 2; turn += 1) await scene.exchange(get('/'));
  flaky.onConnection = () => undefined;
  let author: string | undefined;
  for (let turn = 0; turn < 100 && author !== 'a'; turn += 1) {
    author = (await scene.exchange(get('/'))).value('x-origin');
  }
  assert.equal(author, 'a');
  assert.ok(scene.router.snapshot().scalars.upstream_ejections >= 1);
});
