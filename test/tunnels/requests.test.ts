import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reason } from '../../src/boundary/reasons.ts';
import { chunked, get, head, post } from '../fixtures/check.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { ok, neverAnswer } from '../fixtures/origin.ts';
import { patternOf } from '../fixtures/pattern.ts';
import { carriesBothWays, echoing } from '../fixtures/websocket.ts';
import { tunnelScene } from './tunnel-scene.ts';

// Requests to pods that podway reaches through the API server.

const isForward = ({ path }: { path: string }) => path.endsWith('/portforward');

interface RefusedRow {
  readonly name: string;
  readonly send: string;
  /** The answer, or the status and reason. */
  readonly expect: RegExp | readonly [number, Reason];
  /** The body that the other pod gets. */
  readonly body?: string;
}

const LARGE = 'x'.repeat(70_000);
const HELD = 'y'.repeat(60_000);

/** The first pod accepts no connection; podway learns that only after it has written the request into the tunnel. */
const REFUSED: readonly RefusedRow[] = [
  { name: 'GET', send: get('/'), expect: /^b GET \/$/ },
  { name: 'POST without a body', send: post('/', ''), expect: /^b POST \/$/ },
  { name: 'POST', send: post('/', 'body'), expect: /^b POST \/$/, body: 'body' },
  { name: 'POST of 60,000 bytes', send: post('/', HELD), expect: /^b POST \/$/, body: HELD },
  {
    name: 'a chunked POST',
    send: head('POST / HTTP/1.1', 'Host: t.local', 'Transfer-Encoding: chunked') + chunked('one', 'two'),
    expect: /^b POST \/$/,
    body: 'onetwo',
  },
  {
    name: 'an empty chunked POST',
    send: head('POST / HTTP/1.1', 'Host: t.local', 'Transfer-Encoding: chunked') + chunked(),
    expect: /^b POST \/$/,
    body: '',
  },
  { name: 'POST of more than is buffered', send: post('/', LARGE), expect: [502, 'connect-refused'] },
];

for (const { name, send, expect, body } of REFUSED) {
  test(`a pod that accepts no connection: ${name} goes to another pod while podway has buffered all of it (PT-03)`, async () => {
    await using it = await tunnelScene({ pods: [{ name: 'a', refuses: true }, { name: 'b' }] });
    const { scene, way } = it;
    const { status, text } = await scene.exchange(send);
    const counts = scene.router.snapshot().scalars;
    if (expect instanceof RegExp) {
      assert.match(text, expect);
      assert.equal(counts.upstream_retries, 1);
      const [request] = scene.origin('b').requests;
      if (body !== undefined) assert.equal((await request?.body)?.content.toString(), body);
    } else {
      assert.deepEqual([status, scene.router.log[0]?.reason], expect);
      assert.equal(scene.origin('b').requests.length, 0);
    }
    assert.equal(counts.upstream_connect_failures, 1);
    assert.equal(counts.upstream_ejections, 1, 'the pod is ejected');
    assert.equal(way.api.requests.filter(isForward).length, expect instanceof RegExp ? 2 : 1);
  });
}

test('a pod that the API server does not know is ejected, and another pod gets the request (PT-03)', async () => {
  await using it = await tunnelScene({ pods: [{ name: 'a' }, { name: 'b' }] });
  it.way.gone.add('a');
  assert.match((await it.scene.exchange(post('/', 'body'))).text, /^b POST/);
  assert.equal(it.scene.router.snapshot().scalars.upstream_ejections, 1);
  assert.equal(it.scene.origin('a').connections.length, 0);
});

test('when every pod refuses the connection, the client gets 502, as without tunnels (PT-03)', async () => {
  await using it = await tunnelScene({
    pods: [
      { name: 'a', refuses: true },
      { name: 'b', refuses: true },
    ],
  });
  assert.equal((await it.scene.exchange(get('/'))).status, 502);
  assert.equal(it.scene.router.log[0]?.reason, 'connect-refused');
});

test('a tunnel is kept open, and carries one request after the other', async () => {
  await using it = await tunnelScene({ pods: [{ name: 'a' }] });
  using client = await it.scene.client();
  for (const target of ['/1', '/2', '/3'])
    assert.equal((await client.exchange(get(target))).text, `a GET ${target}`);
  assert.equal(it.way.api.requests.filter(isForward).length, 1);
  const { open, opens, traffic } = it.way.tunnels.takeFigures();
  assert.deepEqual([open, opens, traffic.dead], [1, { opened: 1 }, 0]);
  assert.ok(traffic.sent > 100 && traffic.received > 100);
});

test('an answer that is truncated because the API server stops never looks complete (PT-07)', async () => {
  await using it = await tunnelScene({
    pods: [{ name: 'a', answer: ['HTTP/1.1 200 OK\r\n\r\npart', neverAnswer] }],
  });
  using client = await it.scene.client();
  await client.send(get('/'));
  await client.reader.readUntil('part');
  await it.way.api.down();
  const { received } = await client.closed();
  assert.ok(!received.includes('0\r\n\r\n'), 'the last chunk is missing');
  assert.equal(it.scene.router.log[0]?.reason, 'upstream-reset');
});

test('a client that ends its side after the request gets the answer (PT-08)', async () => {
  await using it = await tunnelScene({ pods: [{ name: 'a' }] });
  using client = await it.scene.client();
  await client.send(get('/'));
  client.socket.end();
  assert.equal((await client.response()).text, 'a GET /');
});

test('a slow client delays no other client, and the bytes that wait for it are bounded (PT-09)', async () => {
  const size = 8 * 1024 * 1024;
  const body = patternOf('slow', size);
  await using it = await tunnelScene({
    pods: [{ name: 'a', answer: [`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`, body] }],
    settings: { proxyBufferSize: 65_536 },
  });
  using slow = await it.scene.client();
  slow.socket.pause();
  await slow.send(get('/'));
  const others = Array.from({ length: 3 }, async () => (await it.scene.exchange(get('/'))).content);
  for (const other of await Promise.all(others)) assert.ok(other.equals(body));
  assert.ok(it.scene.router.snapshot().gauges.buffered_bytes < 1024 * 1024);
  slow.socket.resume();
  assert.ok((await slow.response()).content.equals(body));
});

test('a WebSocket goes through a tunnel, byte for byte (PT-10)', async () => {
  await using it = await tunnelScene({
    pods: [{ name: 'a', answer: echoing }],
    settings: { lingerTimeout: 50 },
  });
  using client = await it.scene.client();
  await carriesBothWays(client, patternOf('ws', 2_000_000));
});

test('when a pod is replaced, the running request ends at the old pod, and the next request goes to the new pod (PT-13)', async () => {
  await using it = await tunnelScene({
    pods: [{ name: 'a', answer: [neverAnswer, ok('late')] }, { name: 'b' }],
  });
  const { scene } = it;
  using client = await scene.client();
  await client.send(get('/'));
  const { connection } = await scene.origin('a').request();
  scene.router.removePod('default', 'a');
  for (let count = 0; count < 5; count += 1) assert.match((await scene.exchange(get('/'))).text, /^b/);
  connection.socket.end(ok('late'));
  assert.equal((await client.response()).text, 'late');
});

test('a pod that left the table while its tunnel was opened gets no request (PT-14)', async () => {
  await using it = await tunnelScene({ pods: [{ name: 'a' }, { name: 'b' }] });
  const { scene, way } = it;
  way.api.injectFault({ resource: 'pods/portforward' }, { kind: 'stall' });
  // The first pod waits for its 101.
  const answer = scene.exchange(post('/', 'body'));
  const [request] = await way.api.untilRequested(isForward);
  const name = request?.path.includes('/pods/a/') ? 'a' : 'b';
  scene.router.removePod('default', name);
  way.tunnels.takeFigures();
  await way.api.down();
  await way.api.up();
  assert.match((await answer).text, name === 'a' ? /^b POST/ : /^a POST/);
  assert.equal(scene.origin(name).received.length, 0);
});

test('a drain ends tunnels in order (PT-22)', async () => {
  const it = await tunnelScene({ pods: [{ name: 'a' }] });
  await Promise.all(Array.from({ length: 20 }, () => it.scene.exchange(get('/'))));
  const sockets = it.scene.origin('a').connections.map((connection) => connection.closed());
  assert.ok(it.way.tunnels.takeFigures().open > 0);
  await it.scene[Symbol.asyncDispose]();
  await withTimeout(it.way.tunnels.whenClosed(), 'the end of the tunnels');
  for (const ending of await Promise.all(sockets)) assert.equal(ending, 'fin');
  await it.way[Symbol.asyncDispose]();
});

test('tunnels that open and close leave no connection and no timer behind (PT-23)', async () => {
  await using it = await tunnelScene({ pods: [{ name: 'a' }], settings: { upstreamKeepaliveTimeout: 0 } });
  for (let count = 0; count < 40; count += 1) await it.scene.exchange(get('/'));
  await withTimeout(it.way.tunnels.whenClosed(), 'the end of the tunnels');
  assert.equal(it.way.tunnels.takeFigures().open, 0);
  assert.equal(it.way.api.streams('pods/portforward').length, 0);
});

test('a request that waits for its turn uses the tunnel that another request no longer needs (PT-12)', async () => {
  await using it = await tunnelScene({ pods: [{ name: 'a' }] }, { limits: { maxTunnels: 3 } });
  const { scene, way } = it;
  const clients = await Promise.all(Array.from({ length: 60 }, () => scene.client()));
  const answers = await Promise.all(
    clients.map((client, at) => client.exchange(post(`/${at}`, `body ${at}`))),
  );
  assert.deepEqual(
    answers.map(({ text }) => text),
    answers.map((_, at) => `a POST /${at}`),
  );
  assert.equal(way.api.requests.filter(isForward).length, 3);
  const bodies = await Promise.all(
    scene.origin('a').requests.map(async ({ body }) => (await body).content.toString()),
  );
  assert.deepEqual(bodies.sort(), answers.map((_, at) => `body ${at}`).sort());
});
