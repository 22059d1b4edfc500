import { counted } from '../../src/wiring/counted.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { Child } from '../harness/child.ts';
import { cpuMicroseconds, residentBytes } from '../harness/process-tree.ts';
import type { Run } from '../harness/scenario.ts';
import type { OpenLoopOptions } from '../load/open-loop.ts';
import { runLoad } from '../load/run-load.ts';
import type { LoadResult } from '../load/target.ts';
import type { UploadOptions } from '../load/upload.ts';
import { wrk } from '../load/wrk.ts';
import { ANSWERS } from '../origin/paths.ts';
import type { IdleOptions } from './idle-load.ts';
import type { OpeningOptions } from './opening-load.ts';

/** All figures of a port-forward, by the titles of their columns. */
export const FIGURES = {
  'one/s': 'requests/s on 1 connection',
  'one us': 'p50 of them in us',
  'one cpu': 'CPU of the forwarder in us each',
  'paced us': 'p50 of 500 requests/s on 16 connections in us',
  'paced cpu': 'CPU in us each, at the same load for all',
  'many/s': 'requests/s on 64 connections',
  'many cpu': 'CPU in us each',
  'open ms': 'p50 of connect, request and answer in ms',
  'open cpu': 'CPU of that in ms',
  'down MB/s': 'download of 10 MB answers on 1 connection',
  'down cpu': 'CPU in ms a MB',
  'up MB/s': 'upload of 10 MB bodies on 1 connection',
  'up cpu': 'CPU in ms a MB',
  'kept %': 'requests/s on 4 connections next to a reader of 10 KB/s, in % of those without it',
} as const;

export type Figure = keyof typeof FIGURES;
export type Figures = Partial<Record<Figure, number>>;

/** `more`: connections whose memory is measured. `before`: connections opened before, with which heaps grow to their size. */
const IDLE = { before: 400, more: 800 };
/** Requests per second. */
const PACED_RATE = 500;
const BYTES = ANSWERS['10m'];
const MB = 1e6;

interface ResultWithCpu extends LoadResult {
  /** Microseconds of the forwarder; 0 without one. */
  readonly cpu: number;
}

/** Measures one figure of a forwarder; `uploads` is the address of its second port. */
export type Measure = (run: Run, uploads: number) => Promise<Figures>;

export const MEASURES: readonly Measure[] = [
  async (run) => {
    const one = await withCpu(run, () => wrk(run, { connections: 1 }));
    const { operations, seconds, cpu, p50 = Number.NaN } = one;
    return { 'one/s': operations / seconds, 'one us': p50, 'one cpu': cpu / operations };
  },
  paced,
  async (run) => {
    const { operations, seconds, cpu } = await withCpu(run, () => wrk(run, { connections: 64 }));
    return { 'many/s': operations / seconds, 'many cpu': cpu / operations };
  },
  async (run) => {
    const { operations, cpu, p50 = Number.NaN } = await withCpu(run, () => openings(run));
    return { 'open ms': p50 / 1_000, 'open cpu': cpu / operations / 1_000 };
  },
  async (run) => {
    const target = { ...run.target, path: '/10m' };
    return throughput('down', await withCpu(run, () => wrk({ ...run, target }, { connections: 1 })));
  },
  async (run, uploads) => {
    const target = { ...run.target, port: uploads, path: '/upload' };
    const options: UploadOptions = { target, bytes: BYTES, connections: 1, seconds: run.seconds };
    return throughput('up', await withCpu(run, () => runLoad(run, 'upload.ts', options)));
  },
  async (run) => ({ 'kept %': await besideSlowReader(run) }),
];

/** Measures a small GET and a download, and their CPU, through a router that keeps its connections to pods. */
export async function measureRouter(run: Run): Promise<Figures> {
  const figures: Figures = {};
  for (const measure of MEASURES.slice(0, 3)) Object.assign(figures, await measure(run, 0));
  const target = { ...run.target, path: '/10m' };
  const down = await withCpu(run, () => wrk({ ...run, target }, { connections: 1 }));
  return { ...figures, ...throughput('down', down) };
}

/**
 * Measures CPU at a rate that does not saturate any forwarder. A saturated forwarder wakes up less often, so its CPU per
 * request is not that of ordinary load.
 */
async function paced(run: Run): Promise<Figures> {
  const { target, seconds } = run;
  const options: OpenLoopOptions = { target, rate: PACED_RATE, seconds, connections: 16 };
  const {
    operations,
    cpu,
    p50 = Number.NaN,
  } = await withCpu(run, () => runLoad(run, 'open-loop.ts', options));
  return { 'paced us': p50, 'paced cpu': cpu / operations };
}

function throughput(direction: 'down' | 'up', { operations, seconds, cpu }: ResultWithCpu): Figures {
  const megabytes = (operations * BYTES) / MB;
  return { [`${direction} MB/s`]: megabytes / seconds, [`${direction} cpu`]: cpu / 1_000 / megabytes };
}

async function withCpu({ pid }: Run, load: () => Promise<LoadResult>): Promise<ResultWithCpu> {
  const before = pid === 0 ? 0 : cpuMicroseconds(pid);
  const result = await load();
  if (result.errors > 0) throw new Error(`${counted(result.errors, 'request')} failed`);
  return { ...result, cpu: pid === 0 ? 0 : cpuMicroseconds(pid) - before };
}

async function openings(run: Run): Promise<LoadResult> {
  const { target, seconds, cores } = run;
  const file = fileURLToPath(new URL('opening-load.ts', import.meta.url));
  const options: OpeningOptions = { target, seconds };
  await using child = new Child([process.execPath, file, JSON.stringify(options)], { cores });
  await child.ended;
  if (child.process.exitCode !== 0) throw new Error(child.stderr.slice(-300));
  return JSON.parse(child.stdout) as LoadResult;
}

/** The throughput of other connections beside a slow reader, in percent of that without it; 0: they stall. */
async function besideSlowReader(run: Run): Promise<number> {
  const rate = async (): Promise<number> => {
    // wrk reports as an error that it got no answer at all.
    const result = await wrk(run, { connections: 4 }).catch(() => undefined);
    return result === undefined || result.errors > 0 ? 0 : result.operations / result.seconds;
  };
  const alone = await rate();
  const { address, port } = run.target;
  const options = ['-s', '-o', '/dev/null', '--limit-rate', '10k', `http://${address}:${port}/10m`];
  const slow = spawn('curl', options, { stdio: 'ignore' });
  const ended = once(slow, 'close');
  // Wait until all buffers between the pod and the reader are full.
  await delay(1_000);
  const withSlowReader = await rate();
  slow.kill();
  await ended;
  return (withSlowReader / alone) * 100;
}

/** Memory of an idle connection in KB, of a forwarder that has had no other work. */
export async function idleMemory({ target, cores, pid }: Run): Promise<number> {
  const file = fileURLToPath(new URL('idle-load.ts', import.meta.url));
  const open = async (connections: number) => {
    const options: IdleOptions = { target, connections };
    const child = new Child([process.execPath, file, JSON.stringify(options)], { cores });
    while (child.running && !child.stdout.includes('open')) await delay(20);
    if (!child.running) throw new Error(`idle connections: ${child.stderr.slice(-300)}`);
    await delay(1_000);
    return child;
  };
  await using first = await open(IDLE.before);
  const before = residentBytes(pid);
  await using others = await open(IDLE.more);
  const bytes = residentBytes(pid) - before;
  if (!first.running || !others.running) throw new Error('idle connections were closed');
  return bytes / IDLE.more / 1_024;
}
