// The cost of reaching pods through the API server: podway port-forward compared with kubectl port-forward and bare `ws`,
// keystrokes through exec, and podway in tunnel mode compared with podway with direct connections to pods. The cluster is
// the stand-in of the tests, over TLS. The stand-in, the pods and the load share one core; the forwarder has the other.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { Authority } from '../test/fixtures/authority.ts';
import { kubernetesTools } from '../test/fixtures/kubernetes-tools.ts';
import { numberOf, takeNoArguments } from './command-line.ts';
import { Child, runToEnd } from './harness/child.ts';
import { RivalProcess } from './harness/rival-process.ts';
import { SEPARATE_CORES } from './harness/cores.ts';
import { howToInstall, missing, NGINX, TASKSET, WRK } from './harness/programs.ts';
import type { Rival, Setup } from './harness/rival.ts';
import type { Run } from './harness/scenario.ts';
import { wrk } from './load/wrk.ts';
import { nginxOrigin } from './origin/nginx.ts';
import { nodeOrigin } from './origin/streams.ts';
import { echoRivals, keyEcho } from './tunnel/key-echo.ts';
import {
  FIGURES,
  type Figures,
  idleMemory,
  type Measure,
  MEASURES,
  measureRouter,
} from './tunnel/measures.ts';
import { type ClusterOptions, ROUTED_HOST } from './tunnel/cluster-options.ts';
import { type ForwardRival, forwardRivals } from './tunnel/rivals.ts';
import { routers } from './tunnel/routers.ts';
import type { StreamsOptions, StreamsResult } from './tunnel/streams.ts';
import { ratio, type Row, spreadOf, tableOf } from './tunnel/table.ts';

takeNoArguments(`npm run bench:tunnel                            3 rounds of 2 s for each figure
ROUNDS=5 SECONDS=4 npm run bench:tunnel         longer
ONLY=forward,echo npm run bench:tunnel          these parts of forward, streams, memory, router, echo
MAIN=../other/src/main.ts npm run bench:tunnel  podway of another checkout
npm run bench:tunnel -- --help                  this text`);
const ROUNDS = numberOf('ROUNDS', 3);
const SECONDS = numberOf('SECONDS', 2);
const PARTS = new Set((process.env['ONLY'] ?? 'forward,streams,memory,router,echo').split(','));
const KEYS = 300;
const ORIGIN_PORT = 21_000;
const FIRST_PORT = 21_010;
/** A loopback address of this process alone, so that two benches can run at the same time. */
const ADDRESS = `127.79.${(process.pid >> 8) & 0xff}.${process.pid & 0xff || 1}`;

const missingPrograms = missing([TASKSET, WRK, NGINX]);
if (missingPrograms.length > 0)
  throw new Error(`this bench needs programs: ${howToInstall(missingPrograms)}`);
const tools = await kubernetesTools();
if (typeof tools === 'string') throw new Error(tools);
const { kubectl } = tools;

const folder = mkdtempSync(join(tmpdir(), 'podway-bench-tunnel-'));
const kubeconfig = join(folder, 'config');
let lastPort = FIRST_PORT;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void Child.endAll());
try {
  const authority = new Authority(folder);
  await authority.create();
  await authority.sign('server');
  // These are children of the bench, so `endAll` ends them.
  await startOrigin('plain', nginxOrigin, ORIGIN_PORT);
  await startOrigin('uploads', nodeOrigin, ORIGIN_PORT + 1);
  const program = fileURLToPath(new URL('tunnel/cluster.ts', import.meta.url));
  const orders: ClusterOptions = { folder, address: ADDRESS, port: ORIGIN_PORT };
  await using cluster = new Child([process.execPath, program, JSON.stringify(orders)], {
    cores: SEPARATE_CORES.load,
  });
  while ((await access(kubeconfig).catch(() => 'not yet')) === 'not yet') {
    if (!cluster.running) throw new Error(`the stand-in ended: ${cluster.stderr}`);
    await delay(50);
  }
  if (PARTS.has('forward')) await benchForwarding();
  if (PARTS.has('streams')) await benchStreams();
  if (PARTS.has('memory')) await benchMemory();
  if (PARTS.has('router')) await benchRouters();
  if (PARTS.has('echo')) await benchEcho();
} finally {
  await Child.endAll();
  rmSync(folder, { recursive: true, force: true });
}

async function benchForwarding(): Promise<void> {
  const { podway, kubectl: rival, bare } = forwardRivals(kubectl, kubeconfig);
  const rows = [undefined, podway, rival, bare].map(
    (it): Row & { readonly rival: ForwardRival | undefined } => ({
      name: it?.name ?? 'straight to the pod',
      rival: it,
      rounds: [],
    }),
  );
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const row of rows) {
      row.rounds.push(await measureRound(row.rival));
      console.log(`  round ${round}  ${row.name}`);
    }
  }
  for (const line of ['', ...tableOf(rows), '']) console.log(line);
  for (const [title, meaning] of Object.entries(FIGURES)) console.log(`  ${title.padEnd(10)} ${meaning}`);
  const [, podwayRow, kubectlRow, bareRow] = rows;
  if (podwayRow === undefined || kubectlRow === undefined || bareRow === undefined) return;
  console.log(`
podway against kubectl, in the same rounds: requests/s on 64 connections ${ratio(podwayRow, kubectlRow, 'many/s')}, CPU of them ${ratio(podwayRow, kubectlRow, 'many cpu')},
  download ${ratio(podwayRow, kubectlRow, 'down MB/s')}, CPU of it ${ratio(podwayRow, kubectlRow, 'down cpu')}, upload ${ratio(podwayRow, kubectlRow, 'up MB/s')}, opening ${ratio(podwayRow, kubectlRow, 'open ms')}
podway against bare ws: CPU of a request ${ratio(podwayRow, bareRow, 'paced cpu')}, of a download ${ratio(podwayRow, bareRow, 'down cpu')}, of an upload ${ratio(podwayRow, bareRow, 'up cpu')},
  opening ${ratio(podwayRow, bareRow, 'open ms')}, CPU of it ${ratio(podwayRow, bareRow, 'open cpu')}`);
}

/** If one forwarder fails, the others still run. */
async function attempt(name: string, measured: Promise<Figures>): Promise<Figures> {
  return measured.catch((error: unknown) => {
    console.log(`  ${name}: ${String(error).split('\n', 1).join('')}`);
    return {};
  });
}

/** All figures of one forwarder, once; undefined: no forwarder, the load goes directly to the pod. */
async function measureRound(rival: ForwardRival | undefined): Promise<Figures> {
  const figures: Figures = {};
  const measureWith = async (measures: readonly Measure[]): Promise<void> => {
    const setup = setupOf(rival === undefined ? ORIGIN_PORT : (lastPort += 2));
    await using rivalProcess = rival && (await RivalProcess.start(rival, setup, SEPARATE_CORES.proxy));
    const run = runOf(setup, rivalProcess?.pid ?? 0);
    if (rival?.newProcess !== true) await wrk({ ...run, seconds: 1 }, { connections: 16 });
    for (const measure of measures) {
      Object.assign(figures, await attempt(rival?.name ?? 'the pod', measure(run, setup.sparePort)));
    }
  };
  if (rival?.newProcess !== true) await measureWith(MEASURES);
  else for (const measure of MEASURES) await measureWith([measure]);
  return figures;
}

async function benchStreams(): Promise<void> {
  const rounds = 4 * ROUNDS;
  const options: StreamsOptions = { kubeconfig, rounds, port: ORIGIN_PORT, uploads: ORIGIN_PORT + 1 };
  const program = fileURLToPath(new URL('tunnel/streams.ts', import.meta.url));
  const output = await runToEnd(
    [process.execPath, program, JSON.stringify(options)],
    SEPARATE_CORES.proxy,
    120_000,
  );
  const { tunnel, bare } = JSON.parse(output) as StreamsResult;
  console.log(
    '\nthe tunnel alone against a bare WebSocket of ws: CPU in us, and its ratio in the same round',
  );
  for (const [figure, title] of [
    ['get', 'a small GET'],
    ['down', 'a MB down'],
    ['up', 'a MB up'],
  ] as const) {
    const ratios = tunnel[figure].map((it, at) => it / (bare[figure][at] ?? Number.NaN));
    const [own, least] = [tunnel[figure], bare[figure]].map((it) => spreadOf(it, 0));
    console.log(`  ${title.padEnd(12)} ${own}, ${least}: ${spreadOf(ratios, 2)}`);
  }
}

async function benchMemory(): Promise<void> {
  console.log('\nmemory of an idle connection in KB');
  for (const rival of Object.values(forwardRivals(kubectl, kubeconfig))) {
    const all: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const setup = setupOf((lastPort += 2));
      await using rivalProcess = await RivalProcess.start(rival, setup, SEPARATE_CORES.proxy);
      all.push(await idleMemory(runOf(setup, rivalProcess.pid)));
    }
    console.log(`  ${rival.name.padEnd(28)} ${spreadOf(all, 0)}`);
  }
}

async function benchRouters(): Promise<void> {
  const rows = routers(kubeconfig).map((rival): Row & { readonly rival: Rival } => {
    return { name: rival.name, rival, rounds: [] };
  });
  const [direct, tunnelled] = rows;
  if (direct === undefined || tunnelled === undefined) return;
  // Both routers run all the time, so that their rounds follow each other immediately.
  const running: { row: Row; run: Run; rivalProcess: RivalProcess }[] = [];
  try {
    for (const row of rows) {
      const setup = setupOf((lastPort += 2));
      const rivalProcess = await RivalProcess.start(row.rival, setup, SEPARATE_CORES.proxy);
      const run = runOf(setup, rivalProcess.pid);
      running.push({ row, run, rivalProcess });
      await wrk({ ...run, seconds: 2 }, { connections: 64 });
    }
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const { row, run } of running) row.rounds.push(await attempt(row.name, measureRouter(run)));
    }
  } finally {
    for (const { rivalProcess } of running) await rivalProcess[Symbol.asyncDispose]();
  }
  for (const line of ['', ...tableOf(rows)]) console.log(line);
  const added = tunnelled.rounds.map(
    (it, at) => (it['paced us'] ?? 0) - (direct.rounds[at]?.['paced us'] ?? 0),
  );
  console.log(`
a small GET through a kept tunnel against one by network: CPU ${ratio(tunnelled, direct, 'paced cpu')} at 500 a second, ${ratio(tunnelled, direct, 'one cpu')} on one connection;
  p50 ${spreadOf(added, 0)} us more; CPU of a download ${ratio(tunnelled, direct, 'down cpu')}`);
}

async function benchEcho(): Promise<void> {
  const rivals = echoRivals(kubectl, kubeconfig).map((rival) => ({ rival, p50: [0], p99: [0] }));
  for (const { p50, p99 } of rivals) for (const all of [p50, p99]) all.pop();
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const { rival, p50, p99 } of rivals) {
      const figures = await keyEcho(rival, SEPARATE_CORES.proxy, KEYS);
      p50.push(figures.p50);
      p99.push(figures.p99);
    }
  }
  console.log('\na key and its echo, in ms');
  for (const { rival, p50, p99 } of rivals)
    console.log(`  ${rival.name.padEnd(28)} p50 ${spreadOf(p50, 2)}, p99 ${spreadOf(p99, 2)}`);
}

function setupOf(port: number): Setup {
  return {
    listen: { address: ADDRESS, port },
    sparePort: port + 1,
    origin: { address: ADDRESS, port: ORIGIN_PORT },
    folder: join(folder, String(port)),
    hosts: [ROUTED_HOST],
    paths: ['/'],
    key: undefined,
    accessLog: false,
    workers: 1,
    streaming: false,
    http2: false,
    grpc: false,
    tls: undefined,
  };
}

function runOf({ listen, origin }: Setup, pid: number): Run {
  const target = { ...listen, host: ROUTED_HOST, path: '/small' };
  return { target, origin, pid, seconds: SECONDS, cores: SEPARATE_CORES.load, folder, prepared: 0 };
}

async function startOrigin(
  name: string,
  launch: (setup: Setup) => ReturnType<Rival['launch']>,
  port: number,
): Promise<RivalProcess> {
  mkdirSync(join(folder, name), { recursive: true });
  const setup = { ...setupOf(port), folder: join(folder, name) };
  return RivalProcess.start(
    { name, description: '', requiredPrograms: [], capabilities: [], launch },
    setup,
    SEPARATE_CORES.load,
  );
}
