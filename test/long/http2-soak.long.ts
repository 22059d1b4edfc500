import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Podway, startPodway } from '../process/podway.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';
import { metricsOf, openFiles, residentBytes, sumOf } from '../fixtures/load/readings.ts';

const MINUTES = parameter('MINUTES', 15);
const SESSIONS = parameter('SESSIONS', 8);
/** Requests that run at the same time on each connection. */
const STREAMS = parameter('STREAMS', 16);
/** Number of connections without requests, whose memory is measured. */
const IDLE = parameter('IDLE', 1_000);
/** Maximum memory of an idle connection, in KiB. */
const IDLE_COST = parameter('IDLE_COST', 96);
/**
 * Maximum growth of the resident memory, in MB, from the first third of the run to its end. In the first third caches
 * and heaps reach their size.
 */
const GROWTH = parameter('GROWTH', 32);

const { NGHTTP2_CANCEL } = constants;

interface Tally {
  answered: number;
  cancelled: number;
  /** Requests without a response, by what happened instead. */
  readonly lost: Map<string, number>;
}

const NOTHING = (): Tally => ({ answered: 0, cancelled: 0, lost: new Map() });

async function session(podway: Podway): Promise<ClientHttp2Session> {
  const it = connect(`http://${podway.address}:${podway.port}`);
  it.on('error', () => undefined);
  await once(it, 'remoteSettings');
  return it;
}

/** Sends a request. One in ten is cancelled at a random time, one in four has a body. */
async function sendRequest(it: ClientHttp2Session, tally: Tally): Promise<void> {
  const hasBody = Math.random() < 0.25;
  const fields = { ':authority': 't.local', ':method': hasBody ? 'POST' : 'GET' };
  const stream = it.request(fields, { endStream: !hasBody });
  stream.on('error', () => undefined);
  const closed = once(stream, 'close');
  if (hasBody) stream.end(Buffer.alloc(Math.random() * 100_000));
  if (Math.random() < 0.1) void cancelLater(stream);
  let head: IncomingHttpHeaders | undefined;
  stream.on('response', (fields) => {
    head = fields;
  });
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (part: string) => {
    text += part;
  });
  await closed;
  if (stream.rstCode === NGHTTP2_CANCEL) tally.cancelled += 1;
  else if (text === 'well') tally.answered += 1;
  else {
    const what = [head?.[':status'], head?.['x-podway-reason'], 'RST', stream.rstCode].join(' ');
    tally.lost.set(what, (tally.lost.get(what) ?? 0) + 1);
  }
}

async function cancelLater(stream: ClientHttp2Stream): Promise<void> {
  await sleep(Math.random() * 4);
  stream.close(NGHTTP2_CANCEL);
}

/** Sends requests on a connection until some time has passed, then closes it; in one of three cases without GOAWAY. */
async function runClient(podway: Podway, ends: number, tally: Tally): Promise<void> {
  while (performance.now() < ends) {
    const it = await session(podway);
    const sessionEnd = Math.min(performance.now() + Math.random() * 5_000, ends);
    const loop = async (): Promise<void> => {
      while (performance.now() < sessionEnd) await sendRequest(it, tally);
    };
    await Promise.all(Array.from({ length: STREAMS }, loop));
    if (Math.random() < 0.33) it.destroy();
    else it.close();
  }
}

const GAUGES = [
  'podway_downstream_connections',
  'podway_exchanges_in_flight',
  'podway_http2_sessions',
  'podway_http2_streams',
  'podway_request_held_bytes',
  'podway_buffered_bytes',
];

test(`${MINUTES} minutes of HTTP/2, a tenth of the requests cancelled: no state is left, and memory stays flat`, async (t) => {
  await using api = await KubernetesApi.start();
  using pod = await LoadPod.start();
  api.apply(pod.manifest);
  await using podway = await startPodway({
    kubeconfig: JSON.parse(api.kubeconfig()),
    env: {
      LOG_LEVEL: 'error',
      ACCESS_LOG: 'off',
      HTTP2_PLAIN: 'true',
      HTTP2_RESETS: '100000+100000/s',
      // podway must not shed requests because the machine is busy with other work.
      SHED_AT_LAG: '60s',
    },
    timeout: 90_000,
  });
  await podway.until(200);
  const idleCost = await costOfIdle(podway);
  const filesAtFirst = openFiles(podway.pid);
  const tally = NOTHING();
  const ends = performance.now() + MINUTES * 60_000;
  const resident: number[] = [];
  const watch = async (): Promise<void> => {
    for (; performance.now() < ends; await sleep(1_000)) resident.push(residentBytes(podway.pid) / 2 ** 20);
  };
  await Promise.all([watch(), ...Array.from({ length: SESSIONS }, () => runClient(podway, ends, tally))]);
  const settled = resident.slice(Math.floor(resident.length / 3));
  const third = Math.max(1, Math.floor(settled.length / 3));
  const grown = median(settled.slice(-third)) - median(settled.slice(0, third));
  printFigures(t, {
    minutes: MINUTES,
    answered: tally.answered,
    cancelled: tally.cancelled,
    'KiB of an idle connection': idleCost,
    'MB resident at the start': median(settled.slice(0, third)),
    'MB of growth until the end': grown,
  });
  await podway.eventually(async () => {
    const samples = await metricsOf(podway);
    for (const gauge of GAUGES) assert.equal(sumOf(samples, gauge), 0, gauge);
    assert.ok(openFiles(podway.pid) <= filesAtFirst + 40, 'descriptors');
  });
  assert.deepEqual(Object.fromEntries(tally.lost), {});
  assert.ok(tally.cancelled > tally.answered / 40, 'some requests were cancelled');
  assert.ok(grown <= GROWTH, `${grown} MB`);
  assert.ok(idleCost <= IDLE_COST, `${idleCost} KiB`);
});

/** Memory of a connection that has carried one request, in KiB. */
async function costOfIdle(podway: Podway): Promise<number> {
  const tally = NOTHING();
  const warm = await session(podway);
  for (let left = 200; left > 0; left -= 1) await sendRequest(warm, tally);
  warm.close();
  await sleep(1_000);
  const before = residentBytes(podway.pid);
  const idle: ClientHttp2Session[] = [];
  for (let left = IDLE; left > 0; left -= 1) {
    const it = await session(podway);
    await sendRequest(it, tally);
    idle.push(it);
  }
  await sleep(1_000);
  const cost = (residentBytes(podway.pid) - before) / 1_024 / IDLE;
  for (const it of idle) it.close();
  await sleep(500);
  return cost;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
