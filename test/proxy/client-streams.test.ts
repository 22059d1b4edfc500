import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { get, head } from '../fixtures/check.ts';
import { type Action, halfClose, ok, reset, neverAnswer } from '../fixtures/origin.ts';
import { patternOf } from '../fixtures/pattern.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { type Scene, type SceneSpec, startScene } from '../fixtures/scene.ts';
import { memory, tcp, tlsTransport, type Transport } from '../fixtures/transports.ts';
import { carriesBothWays, echoing, handshake, switching } from '../fixtures/websocket.ts';
import { sampleOf } from '../fixtures/wide.ts';

/** More than the kernel buffers for a client that does not read. */
const SIZE = 12_000_000;
const BODY = patternOf('any stream', SIZE);
const UNSENT_LIMIT = 65_536;
const HTTP_1_0 = head('GET / HTTP/1.0', 'Host: t.local');

const byTls = await tlsTransport();
after(() => byTls[Symbol.asyncDispose]());

const KERNEL = [tcp, byTls];
/** Transports whose high-water marks differ much from that of a socket. */
const MEMORY = [memory(), memory(1)];
const ALL = [...KERNEL, ...MEMORY];

type Check = (client: RawClient, scene: Scene, transport: Transport) => Promise<void>;

/** Checks a promise with each of these transports, and then that the router serves the next client. */
function check(promise: string, transports: readonly Transport[], spec: SceneSpec, body: Check): void {
  for (const transport of sampleOf(transports, 2)) {
    test(`${promise}: ${transport.name}`, async () => {
      const settings = { drainTimeout: 100, ...transport.settings, ...spec.settings };
      const pods = [...spec.pods, { name: 'next', hosts: 'next.local' }];
      await using scene = await startScene({ ...spec, pods, settings });
      using client = await transport.connect(scene.router);
      await body(client, scene, transport);
      using next = await transport.connect(scene.router);
      assert.equal((await next.exchange(head('GET / HTTP/1.1', 'Host: next.local'))).text, 'next GET /');
    });
  }
}

const readOne: Action = ({ connection }) => connection.reader.read(1);

/** Bytes of a body that the router holds when neither the pod nor the client makes progress. */
const heldAtRest = async ({ router }: Scene): Promise<number> => {
  let held = 0;
  for (let same = 0; same < 3; await sleep(10)) {
    const now = router.snapshot().gauges.request_held_bytes;
    same = now >= UNSENT_LIMIT && now === held ? same + 1 : 0;
    held = now;
  }
  return held;
};

const ended = async ({ router }: Scene): Promise<void> => {
  while (router.log.length === 0) await sleep(5);
};

check(
  'a connection is kept, and its pods get the scheme of the client',
  ALL,
  { pods: [{ name: 'o1' }] },
  async (client, scene, { proto }) => {
    for (const target of ['/one', '/two']) {
      const { text } = await client.exchange(get(target));
      assert.equal(text, `o1 GET ${target}`);
    }
    const request = await scene.origin('o1').request(1);
    assert.deepEqual(request.values('x-forwarded-proto'), [proto]);
  },
);

check(
  'requests that are sent together are answered in order',
  ALL,
  { pods: [{ name: 'o1', answer: [ok('x'.repeat(30_000))] }] },
  async (client) => {
    await client.send(get('/').repeat(8));
    for (let count = 0; count < 8; count += 1) assert.equal((await client.response()).text.length, 30_000);
  },
);

check(
  'a body that its pod does not read waits at the client, then arrives complete',
  ALL,
  { pods: [{ name: 'o1' }] },
  async (client, scene) => {
    const origin = scene.origin('o1');
    origin.onConnection = ({ socket }) => void socket.pause();
    void client.send(head('POST / HTTP/1.1', 'Host: t.local', `Content-Length: ${SIZE}`));
    void client.send(BODY);
    const { socket } = await origin.connection();
    const held = await heldAtRest(scene);
    assert.ok(held < 4 * UNSENT_LIMIT, `${held} bytes`);
    socket.resume();
    const request = await origin.request();
    assert.ok((await request.body).content.equals(BODY));
    assert.equal((await client.response()).text, 'o1 POST /');
  },
);

const download = [`HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`, BODY];

/** Resolves when podway stops reading from a pod because too much of its response waits for the client. The rest depends on the kernel. */
async function paused(scene: Scene): Promise<void> {
  for (const until = Date.now() + 30_000; ; await sleep(5)) {
    const { gauges, scalars } = scene.router.snapshot();
    if (scalars.buffer_pauses > 0) return;
    assert.ok(Date.now() < until, `no pod is paused: ${JSON.stringify([gauges, scalars])}`);
  }
}

check(
  'a response that its client does not read waits at the pod, then arrives complete',
  ALL,
  { pods: [{ name: 'o1', answer: download }] },
  async (client, scene) => {
    client.socket.pause();
    void client.send(get('/'));
    const limit = 1024 * 1024;
    await paused(scene);
    assert.ok(scene.router.snapshot().gauges.buffered_bytes < limit + 2 * UNSENT_LIMIT);
    client.socket.resume();
    assert.ok((await client.response()).content.equals(BODY));
  },
);

check(
  'a WebSocket carries bytes in both directions, and the end of either side',
  ALL,
  { pods: [{ name: 'o1', answer: echoing }] },
  async (client) => {
    await carriesBothWays(client, BODY.subarray(0, 300_000));
  },
);

check(
  'a client that has ended its side still gets its response',
  ALL,
  { pods: [{ name: 'o1' }] },
  async (client) => {
    void client.send(get('/half'));
    client.halfClose();
    assert.equal((await client.response()).text, 'o1 GET /half');
    assert.equal((await client.closed()).ending, 'fin');
  },
);

check(
  'a response that ends with its connection ends normally',
  ALL,
  { pods: [{ name: 'o1', answer: ['HTTP/1.1 200 OK\r\n\r\nabc', halfClose] }] },
  async (client) => {
    const { text } = await client.exchange(HTTP_1_0);
    assert.equal(text, 'abc');
    assert.equal((await client.closed()).ending, 'fin');
  },
);

const UNFRAMED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n';

check(
  'a truncated response without framing ends with an error, after all received bytes',
  ALL,
  { pods: [{ name: 'o1', answer: [UNFRAMED, halfClose] }] },
  async (client, scene) => {
    await client.send(HTTP_1_0);
    const { ending, received } = await client.closed();
    assert.equal(ending, 'reset');
    assert.match(received.toString('latin1'), /\r\n\r\nabc$/);
    assert.equal(scene.router.log[0]?.reason, 'upstream-closed');
  },
);

check(
  'a response without framing whose pod resets the connection ends with an error, after all received bytes',
  ALL,
  { pods: [{ name: 'o1', answer: ['HTTP/1.1 200 OK\r\n\r\nabc', () => sleep(20), reset] }] },
  async (client) => {
    await client.send(HTTP_1_0);
    const { ending, received } = await client.closed();
    assert.equal(ending, 'reset');
    assert.match(received.toString('latin1'), /\r\n\r\nabc$/);
  },
);

const late = {
  pods: [{ name: 'o1', answer: [UNFRAMED, `${(2 * SIZE).toString(16)}\r\n`, BODY, halfClose] }],
  settings: { proxyBufferSize: 2 * SIZE, proxyBufferMemory: 4 * SIZE },
};

check(
  'a client that reads a truncated response late gets all received bytes, then an error',
  KERNEL,
  late,
  async (client, scene) => {
    client.socket.pause();
    await client.send(HTTP_1_0);
    await ended(scene);
    assert.ok(scene.router.snapshot().gauges.buffered_bytes > 0);
    client.socket.resume();
    const { ending, received } = await client.closed();
    assert.equal(ending, 'reset');
    assert.ok(received.subarray(-SIZE).equals(BODY), `${received.length} bytes`);
  },
);

check(
  'a response without framing that takes too long ends with an error',
  ALL,
  { pods: [{ name: 'o1', answer: [UNFRAMED, neverAnswer] }], settings: { upstreamIdleTimeout: 100 } },
  async (client, scene) => {
    await client.send(HTTP_1_0);
    assert.equal((await client.closed()).ending, 'reset');
    assert.equal(scene.router.log[0]?.reason, 'upstream-stalled');
  },
);

check(
  'a tunnel that its pod resets is reset',
  ALL,
  { pods: [{ name: 'o1', answer: [switching(), readOne, reset] }] },
  async (client) => {
    await client.send(`${handshake('/')}x`);
    assert.match((await client.head()).start, / 101 /);
    assert.equal((await client.closed()).ending, 'reset');
  },
);

check(
  'the reset of a client from which podway does not read is detected',
  KERNEL,
  { pods: [{ name: 'o1' }] },
  async (client, scene, transport) => {
    scene.origin('o1').onConnection = ({ socket }) => void socket.pause();
    void client.send(head('POST / HTTP/1.1', 'Host: t.local', `Content-Length: ${SIZE}`));
    void client.send(BODY);
    await heldAtRest(scene);
    transport.reset(client);
    await ended(scene);
    assert.equal(scene.router.log[0]?.status, 499);
    for (const { socket } of scene.origin('o1').connections) socket.resume();
  },
);

check(
  'clients that disconnect at the same time leave no state behind',
  ALL,
  { pods: [{ name: 'o1', answer: [neverAnswer] }] },
  async (client, scene, transport) => {
    await client.send(get('/'));
    await scene.origin('o1').request();
    transport.reset(client);
    await ended(scene);
    assert.equal(scene.router.log[0]?.status, 499);
    assert.equal(scene.router.snapshot().gauges.exchanges_in_flight, 0);
  },
);

for (const { name, late, settings } of [
  { name: 'during a drain', late: true, settings: {} },
  { name: 'above MAX_CONNECTIONS', late: false, settings: { maxConnections: 0 } },
]) {
  test(`no client is served ${name}, over every transport`, async () => {
    await using scene = await startScene({ pods: [{ name: 'o1' }], settings });
    if (late) await scene.router.drain();
    using client = await memory().connect(scene.router);
    await client.closed();
    assert.equal(scene.router.snapshot().scalars.downstream_connections_accepted, 0);
  });
}
