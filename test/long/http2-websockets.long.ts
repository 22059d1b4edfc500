import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { Http2WebSocket } from '../fixtures/http2/websocket-client.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';
import { metricsOf, openFiles, residentBytes, sumOf } from '../fixtures/load/readings.ts';
import { patternOf } from '../fixtures/pattern.ts';
import { type Podway, startPodway } from '../process/podway.ts';

const SOCKETS = parameter('SOCKETS', 1_000);
/** Number of HTTP/2 connections that carry the WebSockets. Each connection has at most 128 streams. */
const SESSIONS = parameter('SESSIONS', 8);
/** Messages that each WebSocket sends; the pod returns each of them. */
const MESSAGES = parameter('MESSAGES', 20);
/** Maximum memory of an idle WebSocket in KiB, including its connection to the pod. */
const EACH = parameter('EACH', 48);

/** One in this many WebSockets stops reading, while more data is in transit than all buffers hold. */
const STALLS = 100;
const FLOOD = 'flood';
const FLOOD_MESSAGES = 40;

const GAUGES = [
  'podway_downstream_connections',
  'podway_exchanges_in_flight',
  'podway_tunnels',
  'podway_http2_sessions',
  'podway_http2_streams',
  'podway_upstream_connections',
  'podway_buffered_bytes',
  'podway_request_held_bytes',
];

/** Echoes every message. After the message `flood` it sends more than the client can hold. */
function serveEchoes(pod: LoadPod): void {
  const sockets = new WebSocketServer({ server: pod.server });
  sockets.on('connection', (peer) => {
    peer.on('error', () => undefined);
    peer.on('message', (data: Buffer) => {
      const isFlood = data.equals(Buffer.from(FLOOD));
      for (let left = isFlood ? FLOOD_MESSAGES : 1; left > 0; left -= 1)
        peer.send(isFlood ? Buffer.alloc(100_000) : data);
    });
  });
}

async function session({ address, port }: Podway): Promise<ClientHttp2Session> {
  const it = connect(`http://${address}:${port}`, { maxSessionMemory: 100 });
  it.on('error', () => undefined);
  it.setMaxListeners(0);
  await once(it, 'remoteSettings');
  return it;
}

/** Sends the messages of a WebSocket and resolves with the number of messages that came back. */
async function echoMessages(socket: Http2WebSocket, at: number): Promise<number> {
  if (at % STALLS === 0) {
    socket.stall();
    socket.send(Buffer.from(FLOOD));
    return 0;
  }
  for (let turn = 0; turn < MESSAGES; turn += 1) {
    const message = patternOf(`socket ${at}`, 1 + Math.floor(Math.random() * 20_000));
    socket.send(message);
    assert.ok((await socket.message()).equals(message), `message ${turn} of socket ${at}`);
  }
  return MESSAGES;
}

test(`${SOCKETS} WebSockets on ${SESSIONS} connections of HTTP/2: messages are returned, and no state is left`, async (t) => {
  using pod = await LoadPod.start();
  serveEchoes(pod);
  await using podway = await startPodway({
    manifests: { 'web.json': pod.manifest },
    env: { LOG_LEVEL: 'error', ACCESS_LOG: 'off', HTTP2_PLAIN: 'true', HTTP2_RESETS: '100000+100000/s' },
    timeout: 60_000,
  });
  await podway.until(200);
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => session(podway)));
  const filesAtFirst = openFiles(podway.pid);
  const before = residentBytes(podway.pid);

  const began = performance.now();
  const open = (_: unknown, at: number) =>
    Http2WebSocket.open(sessions[at % SESSIONS] as ClientHttp2Session, '/');
  const sockets = await Promise.all(Array.from({ length: SOCKETS }, open));
  for (const { stream } of sockets) stream.on('error', () => undefined);
  const opened = performance.now();
  await sleep(1_000);
  const each = (residentBytes(podway.pid) - before) / 1_024 / SOCKETS;
  assert.equal(sumOf(await metricsOf(podway), 'podway_tunnels'), SOCKETS);

  const talking = performance.now();
  const messages = (await Promise.all(sockets.map(echoMessages))).reduce((sum, it) => sum + it, 0);
  printFigures(t, {
    'WebSockets a second': (SOCKETS / (opened - began)) * 1_000,
    'KiB of an idle WebSocket': each,
    messages,
    'messages a second': (messages / (performance.now() - talking)) * 1_000,
  });

  for (const [at, { stream }] of sockets.entries()) {
    if (at % 3 === 0) stream.end();
    else if (at % 3 === 1) stream.close(constants.NGHTTP2_CANCEL);
  }
  for (const it of sessions) it.destroy();
  await podway.eventually(async () => {
    const samples = await metricsOf(podway);
    for (const gauge of GAUGES) assert.equal(sumOf(samples, gauge), 0, gauge);
    assert.ok(openFiles(podway.pid) <= filesAtFirst + 10, 'descriptors');
  });
  assert.ok(each <= EACH, `${each} KiB`);
});
