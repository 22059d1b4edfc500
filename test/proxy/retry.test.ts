import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, head, post } from '../rig/check.ts';
import { ok, readBody, reset, silence, type Answer } from '../rig/origin.ts';
import { startScene } from '../rig/scene.ts';

test('P13 a pod that refuses costs no request, whatever the method, and is left alone', async () => {
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

test('P15 UF-02 a single pod that refuses is asked every time: 502', async () => {
  await using scene = await startScene({ pods: [{ name: 'a', refuses: true }] });
  using client = await scene.client();
  for (let turn = 0; turn < 5; turn += 1) assert.equal((await client.exchange(get('/'))).status, 502);
  assert.equal(scene.router.snapshot().scalars.upstream_connect_failures, 5);
});

test('at most two other pods are tried', async () => {
  await using scene = await startScene({
    pods: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, refuses: true })),
  });
  assert.equal((await scene.exchange(get('/'))).status, 502);
  assert.equal(scene.router.snapshot().scalars.upstream_connect_failures, 3);
});

test('when every pod is ejected they are tried all the same', async () => {
  await using scene = await startScene({ pods: ['a', 'b', 'c'].map((name) => ({ name, refuses: true })) });
  for (let turn = 0; turn < 3; turn += 1) assert.equal((await scene.exchange(get('/'))).status, 502);
  assert.ok(scene.router.snapshot().scalars.upstream_connect_failures > 3);
});

/** The first request of all is broken off by a reset; later ones are answered. */
function resetsFirst(after: 'head' | 'body'): Answer {
  let asked = 0;
  return async (request) => {
    if (after === 'body') await readBody(request);
    asked += 1;
    if (asked === 1) reset(request);
    else request.connection.socket.write(ok('late'));
  };
}

for (const [name, request, end, status, asked] of [
  ['P16 UF-05 a POST reaches one pod only', post('/', 'body'), resetsFirst('body'), 502, 1],
  [
    'UF-05 a GET is asked of another pod, since the first may have been ending',
    get('/'),
    resetsFirst('body'),
    200,
    2,
  ],
  ['a GET that ends every pod it reaches reaches two', get('/'), [reset], 502, 2],
] as const) {
  test(`reset on a fresh connection: ${name}`, async () => {
    await using scene = await startScene({
      pods: ['a', 'b', 'c', 'd'].map((pod) => ({ name: pod, answer: end })),
    });
    assert.equal((await scene.exchange(request)).status, status);
    const reached = ['a', 'b', 'c', 'd'].map((pod) => scene.origin(pod).requests.length);
    assert.equal(
      reached.reduce((sum, it) => sum + it, 0),
      asked,
    );
  });
}

test('UF-05 a GET whose only pod resets a fresh connection is 502', async () => {
  await using scene = await startScene({ pods: [{ name: 'a', answer: [reset] }] });
  assert.equal((await scene.exchange(get('/'))).status, 502);
  assert.equal(scene.origin('a').requests.length, 1);
});

/** Answers once on every connection, then ends it in its own way when the next request comes. */
function answersOnce(end: 'fin' | 'reset'): Answer {
  return async (request) => {
    await readBody(request);
    if (request.connection.requests.length === 1) request.connection.socket.write(ok('good'));
    else if (end === 'reset') reset(request);
    else request.connection.socket.destroy();
  };
}

for (const end of ['fin', 'reset'] as const) {
  test(`P43 UF-06 a ${end} on a reused connection is invisible to a GET`, async () => {
    await using scene = await startScene({ pods: [{ name: 'a', answer: answersOnce(end) }] });
    using client = await scene.client();
    for (let turn = 0; turn < 4; turn += 1)
      assert.equal((await client.exchange(get(`/${turn}`))).text, 'good');
    assert.ok(scene.router.snapshot().scalars.upstream_retries >= 1);
  });
}

test('UF-07 a POST that was sent on a reused connection is never sent twice', async () => {
  await using scene = await startScene({ pods: [{ name: 'a', answer: answersOnce('reset') }] });
  assert.equal((await scene.exchange(get('/'))).status, 200);
  assert.equal((await scene.exchange(post('/once', 'body'))).status, 502);
  assert.equal(scene.origin('a').requests.filter(({ target }) => target === '/once').length, 1);
});

test('P43 a POST goes out on a new connection when the pod has closed the idle one', async () => {
  await using scene = await startScene({ pods: [{ name: 'a' }] });
  assert.equal((await scene.exchange(get('/'))).status, 200);
  const idle = await scene.origin('a').connection();
  idle.socket.end();
  await idle.closed();
  assert.equal((await scene.exchange(post('/', 'body'))).status, 200);
});

test('P17 a pod that never answers is 504, no other pod is asked, and it stays in turn', async () => {
  const answer: Answer = [silence];
  await using scene = await startScene({
    pods: [
      { name: 'a', answer },
      { name: 'b', answer },
    ],
    settings: { timeouts: { responseHead: 200 } },
  });
  for (let turn = 0; turn < 4; turn += 1) {
    const response = await scene.exchange(get('/'));
    assert.equal(response.status, 504);
  }
  assert.equal(scene.origin('a').requests.length, 2);
  assert.equal(scene.origin('b').requests.length, 2);
  assert.equal(scene.router.snapshot().scalars.upstream_ejections, 0);
});

test('a 5xx of a pod is its answer: no retry, no ejection', async () => {
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

test('an answer that is none is 502, and no reason to leave the pod out', async () => {
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
    settings: { ejection: { time: 1, maxTime: 1 } },
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

test('HEAD has no body to wait for, and its connection is used again', async () => {
  await using scene = await startScene({
    pods: [{ name: 'a', answer: ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'] }],
  });
  using client = await scene.client();
  for (let turn = 0; turn < 3; turn += 1) {
    const response = await client.exchange(head('HEAD / HTTP/1.1', 'Host: t.local'));
    assert.equal(response.value('content-length'), '5');
  }
  assert.equal(scene.origin('a').connections.length, 1);
});
