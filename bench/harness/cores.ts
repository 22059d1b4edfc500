import { readFileSync } from 'node:fs';

/** The CPUs for proxies, and those for load and origin, in taskset's notation. */
export interface Cores {
  readonly proxy: string;
  readonly load: string;
}

/** The CPUs that this process may use: in a container, CPU 0 may be missing. */
const cpus = listedCpus(/^Cpus_allowed_list:\s*(\S+)/m.exec(status())?.[1] ?? '0');
const first = cpus[0] ?? 0;
const second = cpus[1] ?? first;

/** A core for proxies, and another one for load and origin. On a machine with one core, only CPU per request is comparable. */
export const SEPARATE_CORES: Cores = { proxy: `${first}`, load: `${second}` };

/** Proxies and load on both cores: for the cost of several workers, when the load has no core of its own. */
export const SHARED_CORES: Cores = { proxy: `${first},${second}`, load: `${first},${second}` };

/** Reads `0,2-3` (cpuset(7), "List format"). */
export function listedCpus(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
  });
}

/** Empty without /proc; pinning processes to CPUs needs Linux anyway. */
function status(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}
