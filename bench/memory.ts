// The memory of a router that follows a large cluster: immediately after the first list (the peak), at rest, and after
// the router has listed every pod again. The pods exist only in the stand-in of the API server; there is no load.
// The bench runs the built program, as production does.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { counted } from '../src/wiring/counted.ts';
import { builtProgram } from '../test/built-program.ts';
import { startPodway } from '../test/process/podway.ts';
import { KubernetesApi } from '../test/fixtures/kubernetes-api.ts';
import type { LoggedRequest } from '../test/fixtures/kubernetes-api/request-log.ts';
import { numberOf, takeNoArguments } from './command-line.ts';
import { readFigures } from './updates/figures.ts';
import { benchPod, podAddress, sharedHost } from './updates/pods.ts';

/** Maximum memory that the router may need, in MB. */
const AIM = 250;
takeNoArguments(`npm run bench:memory                                20,000 pods on 2,000 hosts, 1 worker
PODS=5000 HOSTS=500 WORKERS=2 npm run bench:memory  other numbers of them
npm run bench:memory -- --help                      this text
The exit code is 1 if the router needs ${AIM} MB or more.`);
const PODS = numberOf('PODS', 20_000);
const HOSTS = numberOf('HOSTS', 2_000);
const WORKERS = numberOf('WORKERS', 1);
/** `fields` of `benchPod` for pods of 5 KB. */
const FIELDS = 20;
/** Milliseconds in which the workers get the table and collect some garbage. */
const SETTLE = 2_000;
const MB = 2 ** 20;
const main = await builtProgram();

await using api = await KubernetesApi.start();
const empty = await measure('no pods');
for (let pod = 0; pod < PODS; pod += 1)
  api.apply(benchPod(pod, sharedHost(pod, HOSTS), podAddress(pod), FIELDS));
const full = await measure(`${counted(PODS, 'pod')} on ${counted(HOSTS, 'host')}`);
console.log(`\nthe pods cost ${full - empty} MB; aim: below ${AIM} MB in all`);
process.exitCode = full < AIM ? 0 : 1;

/** Starts a router, prints its memory and returns the largest figure, in MB. */
async function measure(title: string): Promise<number> {
  await using podway = await startPodway({
    kubeconfig: JSON.parse(api.kubeconfig()),
    env: { LOG_LEVEL: 'warn', WORKERS: String(WORKERS) },
    main,
    timeout: 120_000,
  });
  await podway.until(200);
  const print = async (when: string) => {
    const { residentBytes, mainHeapBytes, workerHeapBytes } = await readFigures(podway);
    console.log(
      `${title}, ${when}: RSS ${megabytes(residentBytes)} MB (peak ${peak(podway.pid)}), ` +
        `heap of the main thread ${megabytes(mainHeapBytes)}, of ${counted(WORKERS, 'worker')} ${megabytes(workerHeapBytes)}`,
    );
  };
  await print('synced');
  const lists = api.requests.filter(isList).length;
  api.compact();
  for (const watch of api.watches('pods')) watch.end();
  await api.untilRequested(isList, lists + 1);
  await api.untilWatching('pods');
  await delay(SETTLE);
  await print('listed again');
  return peak(podway.pid);
}

/** Whether a request is for the first page of a list of pods. */
function isList({ verb, path, query }: LoggedRequest): boolean {
  return verb === 'list' && path.endsWith('/pods') && !query.has('continue');
}

/** The peak of the process in physical memory, in MB (proc(5), VmHWM). */
function peak(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / MB);
}
