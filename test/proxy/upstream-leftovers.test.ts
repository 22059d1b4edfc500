import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, head } from '../rig/check.ts';
import { ok, type Answer } from '../rig/origin.ts';
import { startScene } from '../rig/scene.ts';

const EVIL = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nEVIL!';

/** What a pod sends for the first request, which the client must see as `status` with `body`, then something extra. */
interface Case {
  readonly name: string;
  readonly method?: string;
  readonly answer: Answer;
  readonly status: number;
  readonly body: string;
  /** Whether the pod's connection may serve the next request. */
  readonly reused: boolean;
}

const HEAD_5 = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
const CASES: readonly Case[] = [
  { name: 'clean', answer: [ok('first')], status: 200, body: 'first', reused: true },
  {
    name: 'chunked',
    answer: ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n'],
    status: 200,
    body: 'first',
    reused: true,
  },
  {
    name: 'UF-31 junk behind the body',
    answer: [`${ok('first')}JUNK`],
    status: 200,
    body: 'first',
    reused: false,
  },
  {
    name: 'UF-31 a whole response behind the body',
    answer: [ok('first') + EVIL],
    status: 200,
    body: 'first',
    reused: false,
  },
  {
    name: 'UF-31 junk behind the last chunk',
    answer: ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\nX'],
    status: 200,
    body: 'first',
    reused: false,
  },
  {
    name: 'UF-35 HEAD with a body',
    method: 'HEAD',
    answer: [`${HEAD_5}abcde`],
    status: 200,
    body: '',
    reused: false,
  },
  { name: 'UF-36 HEAD with a length', method: 'HEAD', answer: [HEAD_5], status: 200, body: '', reused: true },
  {
    name: 'UF-36 HEAD, chunked',
    method: 'HEAD',
    answer: ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    status: 200,
    body: '',
    reused: true,
  },
  {
    name: 'UF-37 304 with a length',
    answer: ['HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 5\r\n\r\n'],
    status: 304,
    body: '',
    reused: true,
  },
  {
    name: 'UF-38 304 with a body',
    answer: ['HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nabcde'],
    status: 304,
    body: '',
    reused: false,
  },
  { name: 'P32 204', answer: ['HTTP/1.1 204 No Content\r\n\r\n'], status: 204, body: '', reused: true },
  {
    name: 'UF-38 204 with a body',
    answer: ['HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nabcde'],
    status: 204,
    body: '',
    reused: false,
  },
  {
    name: 'Connection: close',
    answer: [ok('first', 'Connection: close')],
    status: 200,
    body: 'first',
    reused: false,
  },
  {
    name: 'HTTP/1.0',
    answer: ['HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nfirst'],
    status: 200,
    body: 'first',
    reused: false,
  },
];

test('a pod connection is used again only when it is clean', async (t) => {
  for (const one of CASES) {
    await t.test(one.name, async () => {
      await using scene = await startScene({
        pods: [{ name: 'o1', answer: one.answer }],
        settings: { timeouts: { upstreamKeepAlive: 60_000 } },
      });
      const origin = scene.origin('o1');
      using client = await scene.client();
      const first = await client.exchange(head(`${one.method ?? 'GET'} / HTTP/1.1`, 'Host: t.local'));
      assert.deepEqual([first.status, first.text], [one.status, one.body]);
      if (one.status === 204) assert.equal(first.value('content-length'), undefined);
      if (!one.reused) await origin.connections[0]?.closed();
      origin.answer = [ok('second')];
      assert.equal((await client.exchange(get('/'))).text, 'second');
      assert.equal(origin.connections.length, one.reused ? 1 : 2);
    });
  }
});

test('UF-32 a response pushed while the connection is idle reaches nobody', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [ok('own')] }] });
  const origin = scene.origin('o1');
  assert.equal((await scene.exchange(get('/'))).text, 'own');
  const idle = await origin.connection();
  idle.socket.write(EVIL);
  await idle.closed();
  assert.equal((await scene.exchange(get('/'))).text, 'own');
});

test('UF-34 a 408 on an idle connection reaches nobody', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [ok('own')] }] });
  await scene.exchange(get('/'));
  const idle = await scene.origin('o1').connection();
  idle.socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  await idle.closed();
  assert.equal((await scene.exchange(get('/'))).text, 'own');
});

test('UF-39 a 205 has no body', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: ['HTTP/1.1 205 Reset Content\r\nContent-Length: 5\r\n\r\nabcde'] }],
  });
  using client = await scene.client();
  const response = await client.exchange(get('/'));
  assert.equal(response.status, 205);
  assert.ok(response.text === '' || response.text === 'abcde', 'framed either way');
  assert.equal((await client.exchange(get('/'))).status, 205);
});

test('UF-53 a pod that closes after every response without saying so costs no request', async () => {
  const answer: Answer = [ok('x'), ({ connection }) => connection.socket.end()];
  await using scene = await startScene({ pods: [{ name: 'o1', answer }] });
  using client = await scene.client();
  for (let turn = 0; turn < 50; turn += 1) assert.equal((await client.exchange(get('/'))).status, 200);
});

test('UF-54 an announced Keep-Alive timeout is kept: the router lets go first', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [ok('x', 'Keep-Alive: timeout=1')] }],
  });
  await scene.exchange(get('/'));
  const first = await scene.origin('o1').connection();
  await first.closed();
});

test('UF-60 an answer that comes after the timeout reaches nobody', async () => {
  await using scene = await startScene({
    pods: [
      {
        name: 'o1',
        answer: ({ connection }) => connection.inbox.ended.then(() => connection.socket.write(EVIL)),
      },
    ],
    settings: { timeouts: { responseHead: 150 } },
  });
  using client = await scene.client();
  assert.equal((await client.exchange(get('/'))).status, 504);
  scene.origin('o1').answer = [ok('own')];
  assert.equal((await client.exchange(get('/'))).text, 'own');
});

test('pods never share connections: each answers for itself, whoever had it before', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'a', paths: '/a' },
      { name: 'b', paths: '/b' },
    ],
  });
  using client = await scene.client();
  for (const name of ['a', 'b', 'a', 'b']) {
    assert.equal((await client.exchange(get(`/${name}`))).value('x-origin'), name);
  }
  assert.equal(scene.origin('a').connections.length, 1);
  assert.equal(scene.origin('b').connections.length, 1);
});
