import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectSecurely } from 'node:tls';
import { WebSocket } from 'ws';
import type { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { base64, podManifest } from '../fixtures/manifest.ts';
import type { Podway } from '../process/podway.ts';
import { requestOverHttp2, violateProtocol } from './http2-load.ts';

/** The maximum number of connections of podway. */
export const MAX_CONNECTIONS = 40;
/** Keys of a namespace that changes its key: the old one, the new one, and a wrong one. */
const KEYS = ['old', 'new', 'new', 'other'];
const PATHS = ['/', '/slow', '/', '/', '/fail', '/body'];

/** A pod whose annotation is rejected; another annotation in each turn. */
export function rejectedPod(port: number, round: number) {
  return podManifest({ name: 'bad', namespace: 'shop', hosts: `bad_host_${round}`, paths: '/', port });
}

/** Requests, WebSockets, slow readers, idle clients above the limit and changes of the table, until disposed. */
export function startLoad(
  podway: Podway,
  api: KubernetesApi,
  { port, faults }: { readonly port: number; readonly faults: boolean },
): AsyncDisposable {
  const stop = new AbortController();
  const repeat = async (pause: number, action: (round: number) => Promise<unknown>) => {
    for (let round = 0; !stop.signal.aborted; round++) {
      // Requests that fail are part of the load.
      await action(round).catch(() => undefined);
      await sleep(pause, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const hosts = [
    'shop.local',
    'api.local',
    'shop.local',
    'cold.local',
    'shut.local',
    'unknown.local',
    'vault.local',
  ];
  const request = (round: number) =>
    podway.get(PATHS[round % PATHS.length] ?? '/', {
      host: hosts[Math.floor(round / 3) % hosts.length] ?? '',
      'x-routing-api-key': base64(KEYS[round % KEYS.length] ?? ''),
    });
  /** The alerts read rates of five minutes after half a minute, so the load has to be heavy enough. */
  const waitingClients = (clients: number) =>
    Array.from({ length: clients }, () => repeat(0, () => podway.get('/later', { host: 'late.local' })));
  const loops = [
    repeat(10, request),
    repeat(10, request),
    repeat(20, (round) => requestWithSession(podway, round)),
    repeat(200, () => holdWebSocket(podway)),
    ...(faults ? [repeat(50, () => requestWithWrongKey(podway)), ...waitingClients(12)] : []),
    repeat(500, () => exceedConnectionLimit(podway)),
    repeat(50, () => tlsHandshake(podway, 'http/1.1')),
    repeat(300, () => tlsHandshake(podway, 'gopher')),
    repeat(1_000, () => stallReading(podway)),
    repeat(100, () => requestOverHttp2(podway.address, podway.tlsPort)),
    repeat(50, () => violateProtocol(podway.address, podway.tlsPort)),
    repeat(300, async (round) => {
      const paths = round % 2 === 0 ? '/' : '/ /moving';
      api.apply(podManifest({ name: 'moving', namespace: 'shop', hosts: 'moving.local', paths, port }));
      api.apply(rejectedPod(port, round));
    }),
  ];
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await Promise.all(loops);
    },
  };
}

/** A client with a session, one without, and a service that is not reachable. */
async function requestWithSession(podway: Podway, round: number): Promise<void> {
  const host = round % 5 === 0 ? 'lost.local' : 'club.local';
  await podway.get('/', { host, cookie: round % 3 === 0 ? '' : 'session=ada' });
}

/** A client without the key. */
async function requestWithWrongKey(podway: Podway): Promise<void> {
  await podway.get('/', { host: 'vault.local', 'x-routing-api-key': base64('guess') });
}

/** A WebSocket that stays open for a second. */
async function holdWebSocket(podway: Podway): Promise<void> {
  const socket = new WebSocket(`ws://${podway.address}:${podway.port}/`, { headers: { host: 'shop.local' } });
  // `once` below stops listening when the socket is open.
  socket.on('error', () => undefined);
  try {
    await once(socket, 'open');
    await sleep(1_000);
  } finally {
    socket.terminate();
  }
}

/** A TLS connection, if podway supports the protocol version. */
async function tlsHandshake({ address: host, tlsPort: port }: Podway, protocol: string): Promise<void> {
  const options = { host, port, ALPNProtocols: [protocol], rejectUnauthorized: false };
  const socket = connectSecurely(options);
  socket.on('error', () => undefined);
  try {
    await once(socket, 'secureConnect');
    // The client's last message of the handshake may still be on its way.
    await sleep(20);
  } finally {
    socket.destroy();
  }
}

/** More clients at the same time than podway accepts. */
async function exceedConnectionLimit(podway: Podway): Promise<void> {
  const sockets = Array.from({ length: 2 * MAX_CONNECTIONS }, () => connect(podway.port, podway.address));
  for (const socket of sockets) socket.on('error', () => undefined);
  await sleep(50);
  for (const socket of sockets) socket.destroy();
}

/** A client that does not read for a while. */
async function stallReading(podway: Podway): Promise<void> {
  const socket = connect(podway.port, podway.address).pause();
  socket.on('error', () => undefined);
  socket.write('GET /large HTTP/1.1\r\nHost: shop.local\r\n\r\n');
  await sleep(1_500);
  socket.destroy();
}
