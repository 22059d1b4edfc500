import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as grpc from '@grpc/grpc-js';
import { grpcMethod } from '../fixtures/grpc-method.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { metricsOf, openFiles, residentBytes, sumOf } from '../fixtures/load/readings.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { type Podway, startPodway } from '../process/podway.ts';

const MINUTES = parameter('MINUTES', 15);
const CLIENTS = parameter('CLIENTS', 8);
/** Calls that run at the same time on each client. */
const CALLS = parameter('CALLS', 8);
/**
 * Maximum growth of the resident memory, in MB, from the first third of the run to its end. In the first third caches
 * and heaps reach their size.
 */
const GROWTH = parameter('GROWTH', 32);

/** Milliseconds after which a pod ends a connection, in the middle of its calls. */
const AGE = 2_000;

const TALK = grpcMethod('Talk', true, true);

interface Tally {
  whole: number;
  cancelled: number;
  lost: string[];
}

/** Echoes every message. The details of the final status are the last message. */
function echo(call: grpc.ServerDuplexStream<Buffer, Buffer>): void {
  let last = '';
  call.on('error', () => undefined);
  call.on('data', (message: Buffer) => {
    last = message.toString('latin1', 0, 10);
    if (!call.cancelled) call.write(message);
  });
  call.on('end', () => call.emit('error', { code: grpc.status.DATA_LOSS, details: last }));
}

async function startPod() {
  const server = new grpc.Server({
    'grpc.max_connection_age_ms': AGE,
    'grpc.max_connection_age_grace_ms': 60_000,
  });
  server.addService({ echo: TALK }, { talk: echo });
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind('127.0.0.1:0', grpc.ServerCredentials.createInsecure());
  return { port, [Symbol.dispose]: () => server.forceShutdown() };
}

/** Exchanges up to ten messages of up to 20 KB with the pod, one at a time. One in ten calls is cancelled at a random time. */
async function makeCall(client: grpc.Client, tally: Tally): Promise<void> {
  const call = client.makeBidiStreamRequest<Buffer, Buffer>(
    TALK.path,
    TALK.requestSerialize,
    TALK.responseDeserialize,
  );
  const messages = Math.ceil(Math.random() * 10);
  if (Math.random() < 0.1) setTimeout(() => call.cancel(), Math.random() * 10);
  let answered = 0;
  const send = (): void => {
    if (answered === messages) call.end();
    else call.write(Buffer.alloc(10 + Math.random() * 20_000, `message ${answered} `));
  };
  call.on('data', () => {
    answered += 1;
    send();
  });
  call.on('error', () => undefined);
  send();
  // `once` of node:events would reject with the error of a failed call.
  const { code, details } = await new Promise<grpc.StatusObject>((resolve) => call.once('status', resolve));
  if (code === grpc.status.CANCELLED) tally.cancelled += 1;
  else if (code === grpc.status.DATA_LOSS && details === `message ${messages - 1} `) tally.whole += 1;
  else tally.lost.push(`${code} ${details}`);
}

/** Makes calls with a client for a few seconds, then replaces the client. */
async function runClient({ address, port }: Podway, ends: number, tally: Tally): Promise<void> {
  while (performance.now() < ends) {
    const client = new grpc.Client(`${address}:${port}`, grpc.credentials.createInsecure(), {
      'grpc.default_authority': 't.local',
      'grpc.enable_retries': 0,
      'grpc.use_local_subchannel_pool': 1,
    });
    const clientEnd = Math.min(performance.now() + Math.random() * 5_000, ends);
    const loop = async (): Promise<void> => {
      while (performance.now() < clientEnd) await makeCall(client, tally);
    };
    await Promise.all(Array.from({ length: CALLS }, loop));
    client.close();
  }
}

const GAUGES = [
  'podway_downstream_connections',
  'podway_upstream_connections',
  'podway_exchanges_in_flight',
  'podway_http2_sessions',
  'podway_http2_streams',
  'podway_request_held_bytes',
  'podway_buffered_bytes',
];

test(`${MINUTES} minutes of gRPC, a tenth of the calls cancelled, to pods that end their connections: no state is left`, async (t) => {
  using one = await startPod();
  using other = await startPod();
  const pods = Object.fromEntries(
    [one, other].map(({ port }, at) => [
      `${at}.json`,
      podManifest({ name: `g${at}`, hosts: 't.local', paths: `${port}:/ proto=grpc`, port }),
    ]),
  );
  await using podway = await startPodway({
    manifests: pods,
    env: {
      LOG_LEVEL: 'error',
      ACCESS_LOG: 'off',
      HTTP2_PLAIN: 'true',
      HTTP2_RESETS: '100000+100000/s',
      UPSTREAM_KEEPALIVE_TIMEOUT: '1s',
    },
    timeout: 90_000,
  });
  await podway.until(200);
  const filesAtFirst = openFiles(podway.pid);
  const tally: Tally = { whole: 0, cancelled: 0, lost: [] };
  const ends = performance.now() + MINUTES * 60_000;
  const resident: number[] = [];
  const watch = async (): Promise<void> => {
    for (; performance.now() < ends; await sleep(1_000)) resident.push(residentBytes(podway.pid) / 2 ** 20);
  };
  await Promise.all([watch(), ...Array.from({ length: CLIENTS }, () => runClient(podway, ends, tally))]);
  const settled = resident.slice(Math.floor(resident.length / 3));
  const third = Math.max(1, Math.floor(settled.length / 3));
  const grown = median(settled.slice(-third)) - median(settled.slice(0, third));
  const opened = sumOf(await metricsOf(podway), 'podway_upstream_connections_opened_total');
  printFigures(t, {
    minutes: MINUTES,
    whole: tally.whole,
    cancelled: tally.cancelled,
    lost: tally.lost.length,
    'connections to pods': opened,
    'MB resident at the start': median(settled.slice(0, third)),
    'MB of growth until the end': grown,
  });
  assert.deepEqual(tally.lost.slice(0, 5), []);
  assert.ok(tally.cancelled > tally.whole / 40, 'some calls were cancelled');
  await podway.eventually(async () => {
    const samples = await metricsOf(podway);
    for (const gauge of GAUGES) assert.equal(sumOf(samples, gauge), 0, gauge);
    assert.ok(openFiles(podway.pid) <= filesAtFirst + 10, 'descriptors');
  });
  assert.ok(grown <= GROWTH, `${grown} MB`);
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
