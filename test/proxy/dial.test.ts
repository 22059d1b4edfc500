import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { Duplex, duplexPair } from 'node:stream';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { type Dial, dialDirectly } from '../../src/proxy/upstream/dial.ts';
import { get, head, post } from '../fixtures/check.ts';
import { halfClose, ok, reset } from '../fixtures/origin.ts';
import { patternOf } from '../fixtures/pattern.ts';
import { type Scene, startScene, type SceneSpec } from '../fixtures/scene.ts';
import { identity, memory } from '../fixtures/transports.ts';
import { sampleOf } from '../fixtures/wide.ts';
import { startTunnelFixture } from '../fixtures/tunnel-fixture.ts';
import { carriesBothWays, echoing, handshake } from '../fixtures/websocket.ts';

/** More bytes than kernels queue for a peer that does not read. */
const SIZE = 12_000_000;
const BODY = patternOf('any dial', SIZE);

const { key, cert, ca } = await identity();
const secureContext = tls.createSecureContext({ key, cert });
/** Terminates TLS in front of pods. The server name contains the pod's port. */
const sidecar = net.createServer({ allowHalfOpen: true, noDelay: true }, (raw) => {
  const outer = new tls.TLSSocket(raw, { isServer: true, secureContext });
  outer.once('secure', () => {
    const port = Number(String(outer.servername).slice(1));
    const inner = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
    outer.pipe(inner).pipe(outer);
    outer.on('error', () => inner.destroy());
    inner.on('error', () => raw.resetAndDestroy());
  });
});
sidecar.listen(0, '127.0.0.1');
await once(sidecar, 'listening');
after(() => sidecar.close());

const overTls: Dial = ({ port }) => {
  const { port: its } = sidecar.address() as AddressInfo;
  const raw = net.connect({ host: '127.0.0.1', port: its, allowHalfOpen: true, noDelay: true });
  const trust = { ca, servername: `p${port}`, checkServerIdentity: () => undefined };
  return {
    stream: tls.connect({ socket: raw, ...trust }),
    ready: 'secureConnect',
    reads: 'by-data',
    reusable: true,
  };
};

/** Reaches the pods through a pair of streams, in which bytes take extra turns of the event loop. */
const throughMemory =
  (highWaterMark?: number): Dial =>
  ({ port }, address) => {
    const [near, far] = duplexPair(highWaterMark === undefined ? {} : { highWaterMark });
    const socket = net.connect({ host: address, port, allowHalfOpen: true, noDelay: true });
    far.pipe(socket).pipe(far);
    socket.once('connect', () => near.emit('connect'));
    socket.on('error', (error) => near.destroy(error));
    near.on('close', () => socket.destroy());
    return { stream: near, ready: 'connect', reads: 'by-data', reusable: false };
  };

const throughApi = await startTunnelFixture();
after(() => throughApi[Symbol.asyncDispose]());

const DIALS = {
  TCP: dialDirectly,
  TLS: overTls,
  'port-forward': throughApi.dial,
  memory: throughMemory(),
  'memory, by the byte': throughMemory(1),
};

/** Checks a promise with each of these ways to a pod. */
function check(promise: string, spec: SceneSpec, body: (scene: Scene, dial: Dial) => Promise<void>): void {
  for (const [name, dial] of sampleOf(Object.entries(DIALS), 3)) {
    test(`${promise}: ${name}`, async () => {
      await using scene = await startScene({
        ...spec,
        dial,
        settings: { drainTimeout: 200, ...spec.settings },
      });
      await body(scene, dial);
    });
  }
}

check(
  'a connection carries another exchange where the dial allows it',
  { pods: [{ name: 'o1' }] },
  async (scene, dial) => {
    for (const target of ['/one', '/two'])
      assert.equal((await scene.exchange(get(target))).text, `o1 GET ${target}`);
    const reusable = [dialDirectly, overTls, throughApi.dial].includes(dial);
    assert.equal(scene.origin('o1').connections.length, reusable ? 1 : 2);
  },
);

check('a body reaches a slow pod complete', { pods: [{ name: 'o1' }] }, async (scene) => {
  const origin = scene.origin('o1');
  origin.onConnection = ({ socket }) => void socket.pause();
  using client = await scene.client();
  void client.send(head('POST / HTTP/1.1', 'Host: t.local', `Content-Length: ${SIZE}`));
  void client.send(BODY);
  const { socket } = await origin.connection();
  while (scene.router.snapshot().gauges.request_held_bytes === 0) await sleep(5);
  socket.resume();
  assert.ok((await (await origin.request()).body).content.equals(BODY));
  assert.equal((await client.response()).text, 'o1 POST /');
});

const download = [`HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`, BODY];

check(
  'a response reaches a slow client complete',
  { pods: [{ name: 'o1', answer: download }] },
  async (scene) => {
    using client = await scene.client();
    client.socket.pause();
    void client.send(get('/'));
    const limit = 1024 * 1024;
    while (scene.router.snapshot().gauges.buffered_bytes < limit) await sleep(5);
    assert.ok(scene.router.snapshot().gauges.buffered_bytes < 2 * limit);
    client.socket.resume();
    assert.ok((await client.response()).content.equals(BODY));
  },
);

check(
  'a WebSocket carries bytes in both directions, and the end of either side',
  { pods: [{ name: 'o1', answer: echoing }] },
  async (scene) => {
    using client = await scene.client();
    await carriesBothWays(client, BODY.subarray(0, 300_000));
  },
);

check(
  'a response that ends with its connection ends normally',
  { pods: [{ name: 'o1', answer: ['HTTP/1.1 200 OK\r\n\r\nabc', halfClose] }] },
  async (scene) => {
    assert.equal((await scene.exchange(get('/'))).text, 'abc');
  },
);

check(
  'a response that a reset truncates ends with an error',
  { pods: [{ name: 'o1', answer: ['HTTP/1.1 200 OK\r\n\r\nabc', () => sleep(20), reset] }] },
  async (scene) => {
    using client = await scene.client();
    await client.send(head('GET / HTTP/1.0', 'Host: t.local'));
    assert.equal((await client.closed()).ending, 'reset');
  },
);

/** A dial whose stream never connects. */
const unreached =
  (fails: (stream: Duplex) => void): Dial =>
  () => {
    const stream = new Duplex({ read: () => undefined, write: () => undefined });
    fails(stream);
    return { stream, ready: 'connect', reads: 'by-data', reusable: false };
  };

for (const { name, fails, reason } of [
  {
    name: 'any error',
    fails: (it: Duplex) => void it.destroy(new Error('no way')),
    reason: 'connect-refused',
  },
  { name: 'no error', fails: (it: Duplex) => void it.destroy(), reason: 'connect-refused' },
  {
    name: 'no error, in a later turn',
    fails: (it: Duplex) => void setImmediate(() => it.destroy()),
    reason: 'connect-refused',
  },
  {
    name: 'a timeout',
    fails: (it: Duplex) => void it.destroy(coded('ETIMEDOUT')),
    reason: 'connect-timeout',
  },
  {
    name: 'no free descriptor',
    fails: (it: Duplex) => void it.destroy(coded('EMFILE')),
    reason: 'router-exhausted',
  },
  { name: 'no event', fails: () => undefined, reason: 'connect-timeout' },
]) {
  test(`a dial that fails counts as an unreachable pod: ${name}`, async () => {
    const settings = { connectTimeout: 100 };
    await using scene = await startScene({ pods: [{ name: 'o1' }], dial: unreached(fails), settings });
    const { status } = await scene.exchange(post('/', 'body'));
    assert.ok(status >= 502, `${status}`);
    assert.equal(scene.router.log[0]?.reason, reason);
    assert.equal(scene.origin('o1').connections.length, 0);
  });
}

test('another pod gets the request of an unreachable pod', async () => {
  let failing = 0;
  const dial: Dial = (...call) => {
    failing += 1;
    const fail = unreached((it) => void it.destroy(new Error('no way')));
    return failing === 1 ? fail(...call) : dialDirectly(...call);
  };
  await using scene = await startScene({ pods: [{ name: 'o1' }, { name: 'o2' }], dial });
  assert.match((await scene.exchange(post('/', 'body'))).text, /^o[12] POST/);
  assert.equal(scene.router.snapshot().scalars.upstream_retries, 1);
});

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Pods in this thread: the router gets their writes at once. They answer with the requested target. */
function podsInMemory(pushed = '') {
  const pods: { far: Duplex; received: string }[] = [];
  const dial: Dial = () => {
    const [near, far] = duplexPair();
    const pod = { far, received: '' };
    pods.push(pod);
    far.on('data', (chunk: Buffer) => {
      pod.received += chunk.toString('latin1');
      for (const [, target = ''] of chunk.toString('latin1').matchAll(/^[A-Z]+ (\S+) HTTP/gm)) {
        // A pod that answers while podway still writes to it gets no further request.
        setImmediate(() => {
          far.write(ok(target));
          if (pushed !== '') far.write(pushed);
        });
      }
    });
    process.nextTick(() => near.emit('connect'));
    return { stream: near, ready: 'connect', reads: 'by-data', reusable: true };
  };
  return { pods, dial };
}

const PUSHED = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison';

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
/** Runs everything that is due in this turn of the event loop, except immediates. */
const ticks = async (): Promise<void> => {
  for (let tick = 0; tick < 20; tick += 1) await new Promise<void>((resolve) => process.nextTick(resolve));
};

const SMALL = get('/second');
const LARGE = get('/second', `X-Large: ${'x'.repeat(20_000)}`);

for (const { name, second, pushes, answer } of [
  {
    name: 'a request that waits for the end of its turn',
    second: SMALL,
    pushes: 'after',
    answer: /^\/second$/,
  },
  // podway must not send this request twice.
  {
    name: 'a request with a body',
    second: post('/second', 'body'),
    pushes: 'after',
    answer: /upstream-closed/,
  },
  { name: 'a request that arrives in the same turn', second: SMALL, pushes: 'before', answer: /^\/second$/ },
  { name: 'a request that is sent immediately', second: LARGE, pushes: 'before', answer: /^\/second$/ },
]) {
  test(`bytes that a pod pushes before a request was sent are not the response to it: ${name}`, async () => {
    const { pods, dial } = podsInMemory();
    await using scene = await startScene({ pods: [{ name: 'o1' }], dial, settings: { drainTimeout: 100 } });
    using client = await memory().connect(scene.router);
    assert.equal((await client.exchange(get('/first'))).text, '/first');
    // The connection is used again only after a pause.
    await turns();
    scene.router.snapshot();
    if (pushes === 'before') pods[0]?.far.write(PUSHED);
    void client.send(second);
    await ticks();
    const reused = scene.router.snapshot().scalars.upstream_connections_reused;
    assert.equal(reused, pushes === 'before' ? 0 : 1, 'the kept connection is chosen in this turn');
    if (pushes === 'after') pods[0]?.far.write(PUSHED);
    assert.match((await client.response()).text, answer);
    assert.doesNotMatch(pods[0]?.received ?? '', /second/);
  });
}

test('bytes that a pod pushes after a response are not the next response, with or without a next request', async () => {
  const { dial } = podsInMemory(PUSHED);
  await using scene = await startScene({ pods: [{ name: 'o1' }], dial, settings: { drainTimeout: 100 } });
  using client = await memory().connect(scene.router);
  await client.send(`${get('/first')}${get('/second')}${post('/third', 'body')}`);
  for (const target of ['/first', '/second', '/third']) assert.equal((await client.response()).text, target);
  await turns();
  assert.equal((await client.exchange(get('/fourth'))).text, '/fourth');
});

const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

/** A pod in memory that reacts to a write of the router before the write returns. `write`: the number of earlier writes. */
const atOnce =
  (react: (pod: Duplex, write: number) => void): Dial =>
  () => {
    let writes = 0;
    const stream: Duplex = new Duplex({
      allowHalfOpen: true,
      highWaterMark: 16_384,
      read: () => undefined,
      write: (_chunk, _encoding, done) => {
        react(stream, writes);
        writes += 1;
        done();
      },
    });
    setImmediate(() => stream.emit('connect'));
    return { stream, ready: 'connect', reads: 'by-data', reusable: true };
  };

test('a response that a pod sends within the write of an upload is forwarded', async () => {
  const [near, far] = duplexPair({ highWaterMark: 16_384 });
  let size = 0;
  far.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size - chunk.length <= 30_000 && size > 30_000)
      far.write('HTTP/1.1 413 Too Big\r\nContent-Length: 0\r\n\r\n');
  });
  const dial: Dial = () => {
    setImmediate(() => near.emit('connect'));
    return { stream: near, ready: 'connect', reads: 'by-data', reusable: true };
  };
  await using scene = await startScene({ pods: [{ name: 'a' }], dial });
  const client = await scene.client();
  await client.send(head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 100000'));
  await client.send(Buffer.alloc(100_000, 'x'));
  assert.equal((await client.response()).status, 413);
});

test('a pod that fails within the first write of a tunnel ends the tunnel, and no answer is written into it', async () => {
  const dial = atOnce((pod, write) => {
    if (write === 0) setTimeout(() => pod.push(SWITCH), 20);
    else pod.destroy(new Error('gone'));
  });
  await using scene = await startScene({ pods: [{ name: 'a' }], dial });
  const client = await scene.client();
  await client.send(handshake('/'));
  await client.send('early');
  const { received, ending } = await client.closed();
  assert.equal(ending, 'reset');
  assert.ok(!received.includes('502'), String(received));
  assert.deepEqual(
    scene.router.log.map(({ status, reason }) => `${status} ${reason}`),
    ['101 upstream-reset'],
  );
});

test('bytes that a pod sends within the first write of a tunnel belong to the tunnel', async () => {
  const dial = atOnce((pod, write) => {
    if (write === 0) setTimeout(() => pod.push(SWITCH), 20);
    else pod.push('echo');
  });
  await using scene = await startScene({ pods: [{ name: 'a' }], dial });
  const client = await scene.client();
  await client.send(handshake('/'));
  await client.send('early');
  await client.reader.readUntil('\r\n\r\n');
  assert.equal(String(await client.reader.read(4)), 'echo');
});
