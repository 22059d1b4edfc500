import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, head, post } from '../fixtures/check.ts';
import { parameter } from '../fixtures/load/figures.ts';
import { ok, until } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';

const KEY = 'X-ROUTING-API-KEY: c3VwZXJzZWNyZXQ=';
const spec = {
  pods: [{ name: 'o1' }, { name: 'app', namespace: 'a', paths: '/app' }],
  keys: { a: 'supersecret' },
};

test('pipelined requests with any bodies are answered in order (N27)', async () => {
  await using scene = await startScene(spec);
  using client = await scene.client();
  const paths = Array.from({ length: 20 }, (_, index) => `/${index}`);
  void client.send(paths.map((path, index) => (index % 3 === 0 ? post(path, 'body') : get(path))).join(''));
  for (const path of paths) assert.match((await client.response()).text, new RegExp(` ${path}$`));
});

test('the next request reaches a pod only when the previous one is answered (N27)', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using scene = await startScene({
    pods: [
      { name: 'slow', answer: [until(promise), ok('slow')] },
      { name: 'fast', paths: '/fast' },
    ],
  });
  using client = await scene.client();
  await client.send(get('/') + get('/fast'));
  await scene.origin('slow').request();
  assert.equal(scene.origin('fast').connections.length, 0);
  resolve();
  assert.equal((await client.response()).text, 'slow');
  assert.equal((await client.response()).value('x-origin'), 'fast');
});

test('a request is answered, and the next one has an unknown host: the connection is closed (P41)', async () => {
  await using scene = await startScene(spec);
  using client = await scene.client();
  void client.send(get('/') + head('GET / HTTP/1.1', 'Host: unknown'));
  assert.equal((await client.response()).status, 200);
  const before = client.reader.received.length;
  assert.equal((await client.closed()).received.length, before);
});

test('a client that pipelines without end is not read for a time, and its requests are not stored (DF-24)', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [until(promise), ok('x')] }] });
  using client = await scene.client();
  const request = get('/', `X-Pad: ${'p'.repeat(4000)}`);
  let written = false;
  void client.send(request.repeat(8000)).then(() => (written = true));
  await scene.origin('o1').request();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(written, false);
  assert.equal(scene.router.snapshot().gauges.exchanges_in_flight, 1);
  resolve();
  await client.response();
});

/** The hazard catalogue's number takes half a minute: DF22_REQUESTS=100000. */
const REQUESTS = parameter('DF22_REQUESTS', 2_000);

test(`${REQUESTS} requests on one connection (DF-22)`, async () => {
  await using scene = await startScene(spec);
  using client = await scene.client();
  for (let count = 0; count < REQUESTS; count += 1)
    assert.equal((await client.exchange(get('/'))).status, 200);
  assert.equal(scene.origin('o1').connections.length, 1);
});

test('a request that is split anywhere is read as the same request', async () => {
  await using scene = await startScene(spec);
  using client = await scene.client();
  await client.dribble(
    get('/one', KEY) +
      post('/two', 'body') +
      head('POST /three HTTP/1.1', 'Host: t.local', 'Transfer-Encoding: chunked') +
      '2;x=y\r\nab\r\n0\r\nT: v\r\n\r\n',
  );
  for (const path of ['/one', '/two', '/three'])
    assert.match((await client.response()).text, new RegExp(` ${path}$`));
  const bodies = await Promise.all(scene.origin('o1').requests.map(({ body }) => body));
  assert.deepEqual(
    bodies.map(({ content }) => content.toString()),
    ['', 'body', 'ab'],
  );
});
