import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { chunked, forwarded, get, head, post } from '../fixtures/check.ts';
import {
  type Conversation,
  checkConversations,
  GONE,
  mark,
  relayed,
  sees,
  when,
} from '../fixtures/conversation.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { ok, type OriginConnection } from '../fixtures/origin.ts';
import { PythonPod, skipWithoutPython } from '../fixtures/python-pod.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';

test('every client of a pod whose do_HEAD is its do_GET gets its own response', {
  skip: skipWithoutPython,
}, async () => {
  await using pod = await PythonPod.start(
    'ThreadingHTTPServer',
    `
    def do_GET(self):
        self.answer(self.path.encode())
    do_HEAD = do_GET
`,
  );
  await using scene = await startScene({ pods: [] });
  scene.router.applyPod(podManifest({ name: 'python', hosts: 't.local', paths: '/', port: pod.port }));
  using prober = await scene.client();
  using reader = await scene.client();
  for (let round = 0; round < 40; round += 1) {
    void prober.send(head(`HEAD /probe-${round} HTTP/1.1`, 'Host: t.local'));
    assert.match((await prober.head()).start, / 200 /);
    // In some rounds right after the head, in others later, when the body has arrived.
    for (let wait = round % 4; wait > 0; wait -= 1) await turn();
    const { text } = await reader.exchange(get(`/page-${round}`));
    assert.equal(text, `/page-${round}`);
  }
});

/** Waits until the pod's connection with this index has ended. */
async function ended(scene: Scene, index: number): Promise<OriginConnection> {
  const connection = await scene.origin('a').connection(index);
  await connection.closed();
  return connection;
}

/** Sends HEAD requests whose responses announce a body, on one client connection. */
async function probe(scene: Scene, target = '/'): Promise<void> {
  using client = await scene.client();
  void client.send(head(`HEAD ${target} HTTP/1.1`, 'Host: t.local'));
  assert.match((await client.head()).start, / 200 /);
}

async function idle(scene: Scene, count: number): Promise<void> {
  while (scene.router.snapshot().gauges.upstream_connections_idle !== count) await turn();
}

const LENGTH = ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'];
const longKeepAlive = { upstreamKeepaliveTimeout: 60_000 };

test('three responses to HEAD without bytes after them prove that a pod is clean, and the first push disproves it', async () => {
  await using scene = await startScene({ pods: [{ name: 'a', answer: LENGTH }], settings: longKeepAlive });
  const pod = scene.origin('a');
  for (let round = 0; round < 2; round += 1) {
    await probe(scene);
    await ended(scene, round);
  }
  await probe(scene);
  await idle(scene, 1);
  for (let round = 0; round < 5; round += 1) await probe(scene);
  await idle(scene, 1);
  assert.equal(pod.connections.length, 3, 'the third connection is used again');
  const kept = await pod.connection(2);
  kept.socket.write('late!');
  await kept.closed();
  await probe(scene);
  await ended(scene, 3);
  await probe(scene);
  await ended(scene, 4);
});

test('bytes that arrive shortly after a response to HEAD prove that the pod is not clean', async () => {
  await using scene = await startScene({ pods: [{ name: 'a' }], settings: longKeepAlive });
  const pod = scene.origin('a');
  pod.answer = [...LENGTH, () => turn(), 'abcde'];
  for (let round = 0; round < 5; round += 1) {
    await probe(scene);
    await ended(scene, round);
  }
  assert.equal(pod.connections.length, 5);
});

test('a proof is for one pod only', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'a', paths: '/a', answer: LENGTH },
      { name: 'b', paths: '/b', answer: LENGTH },
    ],
    settings: longKeepAlive,
  });
  for (let round = 0; round < 3; round += 1) await probe(scene, '/a');
  await idle(scene, 1);
  await probe(scene, '/b');
  await scene.origin('b').connections[0]?.closed();
  await probe(scene, '/a');
  await idle(scene, 1);
});

test('podway watches no more connections than needed', async () => {
  await using scene = await startScene({ pods: [{ name: 'a', answer: LENGTH }], settings: longKeepAlive });
  for (let round = 0; round < 20; round += 1) await probe(scene);
  const { upstream_connections } = scene.router.snapshot().gauges;
  assert.ok(upstream_connections <= 3, `${upstream_connections} open`);
});

async function checkUnreadUploads(collectRequest: number): Promise<void> {
  const settings = { ...longKeepAlive, collectRequest };
  await using scene = await startScene({ pods: [{ name: 'a' }], settings });
  const pod = scene.origin('a');
  using client = await scene.client();
  assert.equal((await client.exchange(post('/', 'body'))).status, 200);
  const first = await pod.connection(0);
  first.socket.write(ok('to the body'));
  await first.closed();
  for (let round = 1; round < 4; round += 1) {
    assert.equal((await client.exchange(post('/', 'body'))).text, 'a POST /');
    await ended(scene, round);
  }
  assert.equal((await client.exchange(get('/'))).status, 200);
  assert.equal((await client.exchange(get('/'))).status, 200);
  assert.equal(pod.connections.length, 5, 'requests without a body share one');
}

test('a pod that answers the unread rest of an upload gets no second upload on the same connection', () =>
  checkUnreadUploads(0));

test('a pod that answers the unread rest of a collected upload gets no second upload on the same connection', () =>
  checkUnreadUploads(1_000));

const DATE = 'Date: <date>';
const FIRST = relayed('200 OK', [DATE, 'Content-Length: 5'], 'first');
const own = (start: string): string =>
  relayed('200 OK', ['X-Origin: o1', DATE, `Content-Length: ${`o1 ${start}`.length}`], `o1 ${start}`);
const NEXT = get('/next');

/** A request with a body. `reused`: whether the next request uses the same connection. */
function withBody(method: string, framing: string, body: string, reused: boolean): Conversation {
  const line = `${method} /`;
  const sent = forwarded(line, ['Host: t.local', framing], body);
  const headOnly = method === 'HEAD';
  return {
    name: `${method}, ${framing}`,
    pods: { o1: { scripts: [[headOnly ? 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' : ok('first')]] } },
    client: [
      head(`${line} HTTP/1.1`, 'Host: t.local', framing) + body,
      sees(headOnly ? relayed('200 OK', [DATE, 'Content-Length: 0']) : FIRST),
      NEXT,
      sees(own('GET /next')),
    ],
    upstream: { o1: reused ? [sent + forwarded('GET /next')] : [sent, forwarded('GET /next')] },
    settings: longKeepAlive,
    after: 'kept',
  };
}

await checkConversations('a body that many pods leave unread is the last message on its connection', [
  ...['GET', 'HEAD', 'DELETE', 'OPTIONS'].flatMap((method) => [
    withBody(method, 'Content-Length: 4', 'body', false),
    withBody(method, 'Transfer-Encoding: chunked', chunked('body'), false),
    withBody(method, 'Content-Length: 0', '', true),
  ]),
  withBody('GET', 'Transfer-Encoding: chunked', chunked(), false),
  ...['POST', 'PUT', 'PATCH', 'REPORT'].map((method) => withBody(method, 'Content-Length: 4', 'body', true)),
  {
    name: 'POST whose response ends before its body has arrived',
    pods: { o1: { scripts: [[ok('first'), mark('answered'), GONE]] } },
    client: [
      head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 8') + 'half',
      sees(relayed('200 OK', [DATE, 'Content-Length: 5', 'Connection: close'], 'first')),
      when('answered'),
      'rest',
    ],
    upstream: { o1: [forwarded('POST /', ['Host: t.local', 'Content-Length: 8'], 'half')] },
    settings: longKeepAlive,
    after: 'closed',
  },
]);
