// Measures the CPU of this thread for the same requests through a tunnel of podway and through a bare WebSocket of `ws`, in
// turn. There is no local port and no second process, so the figures are also valid on a busy machine.
import { WebSocket } from 'ws';
import { ApiServer } from '../../src/cluster/api/api-server.ts';
import { defaultKubeConfig } from '../../src/cluster/api/kubeconfig.ts';
import { systemClock } from '../../src/cluster/clock.ts';
import { openTunnel } from '../../src/cluster/streams/open-tunnel.ts';
import { AnswerReader } from '../load/answer-reader.ts';
import { readOptions } from '../load/target.ts';
import { ANSWERS } from '../origin/paths.ts';
import { NAMESPACE, readAccess, WEB } from './cluster-options.ts';

export interface StreamsOptions {
  readonly kubeconfig: string;
  readonly rounds: number;
  /** Ports of the pod for plain answers and for uploads. */
  readonly port: number;
  readonly uploads: number;
}

/** Microseconds of CPU, round by round: of a small GET, of a MB of download and of a MB of upload. */
export type StreamsResult = Readonly<
  Record<'tunnel' | 'bare', { get: number[]; down: number[]; up: number[] }>
>;

/** A stream of bytes to a port of the pod. */
interface StreamEnd {
  readonly write: (bytes: Buffer) => boolean;
  data: (bytes: Buffer) => void;
  drain: () => void;
}

const SMALL_DOWNLOADS = 500;
const LARGE_DOWNLOADS = 3;
const MB = 1e6;
const HIGH_WATER_MARK = 65_536;
const PIECE = Buffer.alloc(65_536, 'x');

const { kubeconfig, rounds, port, uploads } = readOptions() as StreamsOptions;
const api = new ApiServer({ load: () => defaultKubeConfig({ KUBECONFIG: kubeconfig }), timeout: 10_000 });
const { server, token, ca } = readAccess(kubeconfig);

function tunnelTo(podPort: number): StreamEnd {
  const target = { namespace: NAMESPACE, pod: WEB, port: podPort };
  const tunnel = openTunnel(api, target, { clock: systemClock, connectTimeout: 10_000 });
  const end: StreamEnd = {
    write: (bytes) => tunnel.write(bytes),
    data: () => undefined,
    drain: () => undefined,
  };
  tunnel.on('data', (bytes: Buffer) => end.data(bytes)).on('drain', () => end.drain());
  return end;
}

async function bareTo(podPort: number): Promise<StreamEnd> {
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/${WEB}/portforward?ports=${podPort}`;
  const socket = new WebSocket(`${server}${path}`, ['v4.channel.k8s.io'], {
    ca,
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });
  const end: StreamEnd = {
    data: () => undefined,
    drain: () => undefined,
    write: (bytes) => {
      const frame = Buffer.allocUnsafe(bytes.length + 1);
      frame[0] = 0;
      frame.set(bytes, 1);
      socket.send(frame, () => {
        if (socket.bufferedAmount < HIGH_WATER_MARK) end.drain();
      });
      return socket.bufferedAmount < HIGH_WATER_MARK;
    },
  };
  // Both channels begin with the port.
  let channelsBegun = 0;
  await new Promise<void>((resolve) => {
    socket.on('message', (message: Buffer) => {
      if (channelsBegun === 2) return end.data(message.subarray(1));
      channelsBegun += 1;
      if (channelsBegun === 2) resolve();
    });
  });
  return end;
}

/** Sends one request with a body of this many pieces; resolves with its answer. */
function sendRequest(end: StreamEnd, line: string, pieces = 0): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const reader = new AnswerReader();
  end.data = (bytes) => {
    if (reader.take(bytes)) resolve();
  };
  let remaining = pieces;
  const writeMore = (): void => {
    while (remaining > 0) {
      remaining -= 1;
      if (!end.write(PIECE)) return;
    }
  };
  end.drain = writeMore;
  end.write(Buffer.from(`${line} HTTP/1.1\r\nHost: x\r\nContent-Length: ${pieces * PIECE.length}\r\n\r\n`));
  writeMore();
  return promise;
}

/** Microseconds of this thread's CPU. */
async function costOf(work: () => Promise<void>): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}

const subjects = [
  ['tunnel', tunnelTo(port), tunnelTo(uploads)],
  ['bare', await bareTo(port), await bareTo(uploads)],
] as const;
const result: StreamsResult = {
  tunnel: { get: [], down: [], up: [] },
  bare: { get: [], down: [], up: [] },
};
// The first round warms up the just-in-time compiler.
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, plain, upload] of subjects) {
    const get = await costOf(async () => {
      for (let count = 0; count < SMALL_DOWNLOADS; count += 1) await sendRequest(plain, 'GET /small');
    });
    const down = await costOf(async () => {
      for (let count = 0; count < LARGE_DOWNLOADS; count += 1) await sendRequest(plain, 'GET /10m');
    });
    const pieces = ANSWERS['10m'] / PIECE.length;
    const up = await costOf(() => sendRequest(upload, 'POST /upload', pieces));
    if (round === 0) continue;
    result[name].get.push(get / SMALL_DOWNLOADS);
    result[name].down.push((down / LARGE_DOWNLOADS / ANSWERS['10m']) * MB);
    result[name].up.push((up / ANSWERS['10m']) * MB);
  }
}
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
