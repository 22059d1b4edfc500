/** Clients leave podway's own answers unread: their connections wait for a request like those of clients that read. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ANY_HOST } from '../../src/boundary/certificates.ts';
import { get, head } from '../fixtures/check.ts';
import { ATTACKER, CrowdedRouter, OTHER } from '../fixtures/crowded-router.ts';
import { ping } from '../fixtures/http2/frames.ts';
import type { Field } from '../fixtures/http2/hpack.ts';
import { headers, pseudo, RawHttp2Client } from '../fixtures/http2/raw-http2-client.ts';
import { secureClient, TestCertificates } from '../fixtures/tls-scene.ts';

/** One client may use 75 % of these, which are 6. */
const MAX = 8;
const SHARE = 6;
/** Milliseconds: a busy machine needs long to fill the buffers of the kernel. */
const LONG = 60_000;
const COMMON = {
  healthPath: '/healthy',
  tunnelIdleTimeout: LONG,
  clientIdleTimeout: LONG,
  keepaliveTimeout: LONG,
};
const LIMITS = { ...COMMON, maxConnections: MAX, maxConnectionsShare: 75 };
const HEALTH_CHECK = head('GET /healthy HTTP/1.1', 'Host: health.invalid');
const HTTP2_HEALTH_CHECK = [
  ...pseudo('GET', '/healthy').filter(([name]) => name !== ':authority'),
  [':authority', 'health.invalid'],
] as const;
/** podway reads so many bytes of pipelined requests also from a client that does not read. */
const PIPELINED = 4_000;

const certificates = await TestCertificates.untilExit({ t: { names: 'DNS:t.local' } });

function pipelined(request: string, bytes = PIPELINED): () => Buffer {
  return () => Buffer.from(request.repeat(bytes / request.length));
}

function http2Requests(first: number, fields: readonly Field[]): () => Buffer {
  let next = first;
  return () => Buffer.concat(Array.from({ length: 50 }, () => headers((next += 2), fields)));
}

/** Sends parts until podway keeps bytes that the client, which reads none, has not taken. podway reads all that was sent. */
async function leaveUnread(router: CrowdedRouter, socket: Socket, part: () => Buffer): Promise<void> {
  socket.pause();
  const before = router.gauges.buffered_bytes;
  for (let unread = 0; unread <= before; ) {
    const bytes = part();
    socket.write(bytes);
    for (let received = 0; received < bytes.length; ) {
      await turn();
      const { gauges, scalars } = router.scene.router.snapshot();
      received += scalars.downstream_received_bytes;
      unread = gauges.buffered_bytes;
    }
    if (unread <= before) continue;
    // The kernel may need a moment for what it can take.
    await router.pass(300);
    unread = router.gauges.buffered_bytes;
  }
}

/** The same over TLS, whose writes are never done at once: sends more than podway reads. */
async function stopReading(router: CrowdedRouter, socket: Socket, request: string): Promise<void> {
  socket.pause();
  const first = router.gauges.buffered_bytes;
  socket.write(request.repeat(200_000));
  for (let before = -1, unread = first; unread <= first || unread !== before; ) {
    await router.pass(500);
    before = unread;
    unread = router.gauges.buffered_bytes;
  }
}

async function http2Client(router: CrowdedRouter, address: string): Promise<RawHttp2Client> {
  const client = await RawHttp2Client.connect(router.scene.router.port, undefined, address);
  await client.roundTrip();
  return client;
}

/** Opens a connection of the attacker on which podway's answers are unread. */
type Occupy = (router: CrowdedRouter) => Promise<Disposable>;

const overHttp1 =
  (request: string): Occupy =>
  async (router) => {
    const client = await router.client(ATTACKER);
    await leaveUnread(router, client.socket, pipelined(request));
    return client;
  };

const WAYS: Readonly<Record<string, Occupy>> = {
  'to requests over HTTP/1.1': overHttp1(get('/')),
  'to health checks': overHttp1(HEALTH_CHECK),
  'and has sent FIN': async (router) => {
    const client = await router.client(ATTACKER);
    await leaveUnread(router, client.socket, pipelined(get('/')));
    client.halfClose();
    return client;
  },
  'and a half head follows': async (router) => {
    const client = await router.client(ATTACKER);
    await leaveUnread(router, client.socket, pipelined(get('/')));
    await client.send('GET / HTTP/1.1\r\nHost:');
    return client;
  },
  'over TLS': async (router) => {
    certificates.serve(router.scene.router, { [ANY_HOST]: ['t'] });
    const options = { rejectUnauthorized: false };
    const { client, stream } = await secureClient(router.scene, options, ATTACKER);
    await stopReading(router, stream, get('/'));
    return client;
  },
  'over HTTP/2': async (router) => {
    const client = await http2Client(router, ATTACKER);
    await leaveUnread(router, client.socket, http2Requests(1, pseudo()));
    client.send(...Array.from({ length: 500 }, ping));
    return client;
  },
};

for (const [name, occupy] of Object.entries(WAYS))
  test(`a client with WebSockets that leaves answers of podway unread ${name} leaves room for others`, async () => {
    await using router = await CrowdedRouter.start({ ...LIMITS, tlsPort: 0 });
    using open = new DisposableStack();
    assert.equal((await router.fill(ATTACKER)).sockets.length, SHARE);
    await router.until(({ downstream_connections: count }) => count === SHARE);
    for (let count = SHARE; count < MAX; count += 1) open.use(await occupy(router));
    assert.equal(router.gauges.downstream_connections, MAX);
    for (let count = SHARE; count < MAX; count += 1) assert.equal(await router.attempt(OTHER), 'open');
    assert.deepEqual(router.gauges.tunnels, MAX);
    assert.equal(await router.request(OTHER), 'closed');
  });

/** A pod has answered the request. */
const isAnswered = ({
  exchanges_in_flight: inFlight,
  upstream_connections_idle: idle,
}: CrowdedRouter['gauges']) => inFlight === 0 && idle === 1;

/** One place besides that of a WebSocket. */
const ALONE = { ...COMMON, maxConnections: 2, maxConnectionsShare: 100 };

for (const [name, close] of [
  ['', []],
  [' on a connection that podway is closing', ['Connection: close']],
] as const)
  test(`a client that has not taken the answer of a pod${name} gets it, although a new client comes`, async () => {
    await using router = await CrowdedRouter.start(ALONE);
    assert.equal(await router.attempt(OTHER), 'open');
    const reader = await router.client(ATTACKER);
    await leaveUnread(router, reader.socket, pipelined(HEALTH_CHECK, PIPELINED / 2));
    await reader.send(get('/', ...close));
    await router.until(isAnswered);
    assert.equal(await router.request(OTHER), 'closed');
    reader.socket.resume();
    await reader.reader.readUntil('hello');
    await router.until(({ buffered_bytes: unread }) => unread === 0);
    // It has taken all, so its connection gives its place to another one.
    assert.equal(await router.request(OTHER), '200');
  });

test('a client of HTTP/2 that has not taken the answer of a pod gets it, although a new client comes', async () => {
  await using router = await CrowdedRouter.start(ALONE);
  assert.equal(await router.attempt(OTHER), 'open');
  using reader = await http2Client(router, ATTACKER);
  await leaveUnread(router, reader.socket, http2Requests(1, HTTP2_HEALTH_CHECK));
  reader.request(1_000_001, pseudo());
  await router.until(isAnswered);
  assert.equal(await router.request(OTHER), 'closed');
  reader.socket.resume();
  assert.equal((await reader.answer(1_000_001)).text, 'hello');
  await router.until(({ buffered_bytes: unread }) => unread === 0);
  assert.equal(await router.request(OTHER), '200');
});
