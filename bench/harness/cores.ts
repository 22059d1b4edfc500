import { readFileSync } from 'node:fs';

/** Which CPUs proxies run on, and which ones load and origin share; in taskset's notation. */
export interface Cores {
  readonly proxy: string;
  readonly load: string;
}

/** The CPUs that this process may use: a container need not have number 0. */
const cpus = listedCpus(/^Cpus_allowed_list:\s*(\S+)/m.exec(status())?.[1] ?? '0');
const first = cpus[0] ?? 0;
const second = cpus[1] ?? first;

/** On a machine of one core everything shares it: then only CPU per request means anything. */
export const APART: Cores = { proxy: `${first}`, load: `${second}` };

/** Everything on both: for what several workers cost, where no core is left for the load alone. */
export const TOGETHER: Cores = { proxy: `${first},${second}`, load: `${first},${second}` };

/** Reads `0,2-3` (cpuset(7), "List format"). */
export function listedCpus(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
  });
}

/** Empty where there is no /proc; pinning needs Linux anyway. */
function status(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}
