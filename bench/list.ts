// The first list of a large cluster: the time until podway routes it, and the longest time for which each of its threads is
// blocked meanwhile, as medians and quartiles. The cluster is a stand-in of the API server in a separate process. podway is
// the built program.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { counted } from '../src/wiring/counted.ts';
import { builtProgram } from '../test/built-program.ts';
import { startPodway } from '../test/process/podway.ts';
import { numberOf, takeNoArguments } from './command-line.ts';
import { residentBytes } from './harness/process-tree.ts';
import type { ClusterOptions, ClusterReport } from './list/cluster-messages.ts';

takeNoArguments(`npm run bench:list                                  20,000 pods, listed in pages and streamed, 5 rounds
PODS=10000 LISTS=paged ROUNDS=1 npm run bench:list  10,000 pods, listed in pages only (or: streamed), 1 round
HOSTS=500 FIELDS=40 WORKERS=2 npm run bench:list    500 shared hosts (default 2,000), larger pods (20: 5 KB of JSON), 2 workers (1)
MAIN=../other/src/main.ts npm run bench:list        podway of another checkout
npm run bench:list -- --help                        this text`);
const PODS = numberOf('PODS', 20_000);
const HOSTS = numberOf('HOSTS', 2_000);
const FIELDS = numberOf('FIELDS', 20);
const WORKERS = numberOf('WORKERS', 1);
const ROUNDS = numberOf('ROUNDS', 5);
const LISTS = (process.env['LISTS'] ?? 'paged,streamed').split(',') as ClusterOptions['lists'][];
const MAIN = process.env['MAIN'] ?? (await builtProgram());

interface Round {
  /** Milliseconds from the first request for pods to a table in every worker. */
  readonly synced: number;
  /** The longest uninterrupted work of each thread, in milliseconds; thread 0 is the main thread. */
  readonly main: number;
  readonly worker: number;
  /** CPU time of that work. On a busy machine a thread also waits for a core. */
  readonly mainWork: number;
  readonly workerWork: number;
  readonly resident: number;
}

for (const lists of LISTS) {
  const rounds: Round[] = [];
  for (let at = 0; at < ROUNDS; at += 1) rounds.push(await measure(lists));
  const of = (pick: (round: Round) => number) => spread(rounds.map(pick));
  console.log(
    `${counted(PODS, 'pod')}, ${lists}: synced after ${of((it) => it.synced)} ms; longest uninterrupted work: main thread ${of((it) => it.main)} ms ` +
      `(${of((it) => it.mainWork)} of CPU), worker ${of((it) => it.worker)} ms (${of((it) => it.workerWork)} of CPU); ` +
      `RSS ${of((it) => it.resident)} MB`,
  );
}

async function measure(lists: ClusterOptions['lists']): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'podway-bench-'));
  const blocksFile = join(folder, 'blocked-times');
  writeFileSync(blocksFile, '');
  const options: ClusterOptions = { pods: PODS, hosts: HOSTS, fields: FIELDS, lists };
  const cluster = fork(new URL('./list/cluster.ts', import.meta.url), [JSON.stringify(options)]);
  try {
    const [ready] = (await once(cluster, 'message')) as [ClusterReport];
    if (!('kubeconfig' in ready)) throw new Error('the cluster did not start');
    const listed = once(cluster, 'message') as Promise<[ClusterReport]>;
    await using podway = await startPodway({
      kubeconfig: JSON.parse(ready.kubeconfig),
      main: MAIN,
      env: {
        LOG_LEVEL: 'warn',
        WORKERS: String(WORKERS),
        NODE_OPTIONS: `--import=${new URL('./list/record-blocked-time.ts', import.meta.url).href}`,
        BLOCKED_TIMES: blocksFile,
      },
      timeout: 120_000,
    });
    // Work of a thread before it listens does not delay requests.
    await podway.eventually(() => podway.connect());
    const listensAt = performance.timeOrigin + performance.now();
    await podway.until(200);
    const syncedAt = performance.timeOrigin + performance.now();
    const resident = residentBytes(podway.pid);
    // A thread writes into the file when it has finished its work.
    await delay(500);
    const [report] = await listed;
    if (!('askedAt' in report)) throw new Error('podway did not list pods');
    const blocks = readFileSync(blocksFile, 'utf8')
      .split('\n')
      .map((line) => line.split(' ').map(Number))
      .filter(([thread = 0, at = 0]) => at >= (thread === 0 ? report.askedAt : listensAt));
    const longest = (isMain: boolean, column: 2 | 3): number =>
      Math.max(0, ...blocks.filter(([thread]) => (thread === 0) === isMain).map((it) => it[column] ?? 0));
    return {
      synced: syncedAt - report.askedAt,
      main: longest(true, 2),
      mainWork: longest(true, 3),
      worker: longest(false, 2),
      workerWork: longest(false, 3),
      resident: resident / 2 ** 20,
    };
  } finally {
    cluster.kill();
    rmSync(folder, { recursive: true });
  }
}

/** Median and quartiles. */
function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.round((sorted.length - 1) * part)] ?? 0);
  return `${at(0.5)} (${at(0.25)} to ${at(0.75)})`;
}
