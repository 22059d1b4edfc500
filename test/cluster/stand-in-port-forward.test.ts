import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { freePorts } from '../fixtures/free-ports.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { createKubectl, type Kubectl } from '../fixtures/kubectl.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { pod } from './objects.ts';

// Port-forward of two clients: kubectl, with SPDY inside its WebSocket, and a client with one WebSocket for each
// connection.

/** Starts the program of a pod, and returns its port. */
async function listenAt(serve: (socket: Socket) => void): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket.on('error', () => undefined));
    serve(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close };
}

/** Echoes its input, and ends when the client does. */
const echo = (socket: Socket): void => void socket.pipe(socket);

/** Starts `kubectl port-forward`; returns the local port of each port, and its error output. */
async function forward(kubectl: Kubectl, ports: readonly number[]) {
  const child = kubectl.startWithOutput('port-forward', 'a', ...ports.map((it) => `:${it}`));
  const complaints = text(child.stderr);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (piece) => (output += piece));
  const local = () => [...output.matchAll(/127\.0\.0\.1:(\d+) ->/g)].map(([, port]) => Number(port));
  while (local().length < ports.length) await withTimeout(once(child.stdout, 'data'), () => output);
  return { child, complaints, local: local() };
}

test('kubectl port-forward carries many concurrent connections, byte for byte, and the end of each', async (t) => {
  await using kubectl = await createKubectl(t);
  if (kubectl === undefined) return;
  await using echoing = await listenAt(echo);
  kubectl.api.apply(pod('a'));
  const { child, local } = await forward(kubectl, [echoing.port]);
  const closed = once(child, 'close');
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 2_654_435_761) >>> 24));
  const copies = Array.from({ length: 8 }, async () => {
    const socket = net.connect(local[0] ?? 0, '127.0.0.1');
    socket.end(bytes);
    return await buffer(socket);
  });
  for (const copy of await withTimeout(Promise.all(copies), 'the echoes')) assert.ok(copy.equals(bytes));
  child.kill();
  await closed;
});

test('kubectl port-forward ends as a whole when one port is refused, as in a cluster', async (t) => {
  await using kubectl = await createKubectl(t);
  if (kubectl === undefined) return;
  await using echoing = await listenAt(echo);
  const [refused = 0] = await freePorts(1);
  kubectl.api.apply(pod('a'));
  const { child, complaints, local } = await forward(kubectl, [echoing.port, refused]);
  const closed = once(child, 'close');
  net.connect(local[1] ?? 0, '127.0.0.1').on('error', () => undefined);
  const [code] = (await withTimeout(closed, 'the end of kubectl')) as [number];
  assert.equal(code, 1);
  const refusal = `error forwarding port ${refused} to pod [0-9a-f]{64}, uid : .*: connect: connection refused`;
  assert.match(await complaints, new RegExp(`${refusal}[^]*lost connection to pod`));
});

interface Forwarded {
  readonly socket: WebSocket;
  /** The received bytes of each channel. */
  readonly channels: Map<number, Buffer>;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
}

async function open(api: KubernetesApi, query: string): Promise<Forwarded> {
  const url = `${api.url.replace('http', 'ws')}/api/v1/namespaces/default/pods/a/portforward?${query}`;
  const socket = new WebSocket(url, ['v4.channel.k8s.io']);
  const channels = new Map<number, Buffer>();
  socket.on('message', (data: Buffer) => {
    const channel = data[0] ?? -1;
    channels.set(channel, Buffer.concat([channels.get(channel) ?? Buffer.alloc(0), data.subarray(1)]));
  });
  const closed = new Promise<number>((end) => socket.on('close', end));
  await withTimeout(once(socket, 'open'), url);
  return { socket, channels, closed: withTimeout(closed, () => [...channels].join()) };
}

const little = (port: number) => Buffer.from([port & 0xff, port >> 8]);

test('v4: every channel begins with its port; the server closes when all ports have ended', async () => {
  await using api = await KubernetesApi.start();
  const received: string[] = [];
  await using server = await listenAt((socket) =>
    socket.once('data', (bytes) => {
      received.push(bytes.toString());
      socket.end('answer');
    }),
  );
  const [refused = 0] = await freePorts(1);
  api.apply(pod('a'));
  const { socket, channels, closed } = await open(
    api,
    `ports=${server.port},${refused}&ports=${server.port}`,
  );
  socket.send(Buffer.from('\0first'));
  socket.send(Buffer.from('\x04third'));
  assert.equal(await closed, 1000);
  assert.deepEqual(received.sort(), ['first', 'third']);
  for (const channel of [0, 4]) {
    assert.deepEqual(channels.get(channel), Buffer.concat([little(server.port), Buffer.from('answer')]));
    assert.deepEqual(channels.get(channel + 1), little(server.port));
  }
  assert.deepEqual(channels.get(2), little(refused));
  assert.match(channels.get(3)?.subarray(2).toString() ?? '', /^error forwarding port .* connection refused/);
});

test('v4: a client that closes ends the connection in the pod', async () => {
  await using api = await KubernetesApi.start();
  const ended = Promise.withResolvers<void>();
  await using server = await listenAt((socket) =>
    socket
      .resume()
      .on('close', ended.resolve)
      .on('end', () => socket.end()),
  );
  api.apply(pod('a'));
  const { socket, closed } = await open(api, `ports=${server.port}`);
  socket.close();
  await withTimeout(ended.promise, 'the end in the pod');
  assert.equal(await closed, 1000);
});

test('v4: bytes wait for a pod that does not read, and no byte is lost', async () => {
  await using api = await KubernetesApi.start();
  const talk = Promise.withResolvers<Socket>();
  await using server = await listenAt((socket) => talk.resolve(socket.pause()));
  api.apply(pod('a'));
  const { socket, closed } = await open(api, `ports=${server.port}`);
  const piece = Buffer.alloc(65_536);
  for (let count = 0; count < 64; count++) socket.send(piece);
  const reader = await talk.promise;
  let total = 0;
  reader.on('data', (bytes) => (total += bytes.length));
  reader.resume();
  while (total < 64 * 65_535) await withTimeout(once(reader, 'data'), `${total}`);
  assert.equal(total, 64 * 65_535);
  reader.end();
  assert.equal(await closed, 1000);
});

const REFUSED: readonly (readonly [string, string, number])[] = [
  ['no ports', '', 400],
  ['an empty port', 'ports=', 400],
  ['no number', 'ports=http', 400],
  ['port 0', 'ports=0', 400],
  ['port 65536', 'ports=80,65536', 400],
];

test('v4: malformed ports are refused', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('a'));
  for (const [name, query, status] of REFUSED) {
    const answer = await fetch(`${api.url}/api/v1/namespaces/default/pods/a/portforward?${query}`);
    assert.equal(answer.status, status, name);
    assert.match(await answer.text(), /port/, name);
  }
});
