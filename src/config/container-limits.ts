/** What the kernel lets this process have, regardless of the machine; Infinity where there is no limit. */
export interface ContainerLimits {
  /** CPU time per time: 1.5 is one core and a half. */
  readonly cpus: number;
  readonly memory: number;
}

/** The text of a file; undefined when there is none, or it cannot be read. */
export type ReadText = (path: string) => string | undefined;

const ROOT = '/sys/fs/cgroup';

/**
 * The limits of this process's control groups and of all groups around them, by cgroup v2, v1 or both at once
 * (kernel documentation, admin-guide/cgroup-v2, scheduler/sched-bwc, admin-guide/cgroup-v1/memory).
 *
 * A container sees its own group as the root, or, with the host's names and a mount of its own, under a path that is not
 * there: groups that are not there are passed over, and the root is looked at in any case.
 */
export function containerLimits(read: ReadText): ContainerLimits {
  const cpus: number[] = [];
  const memory: number[] = [];
  for (const { controllers, path } of groupsOf(read('/proc/self/cgroup') ?? '')) {
    for (const group of withParents(path)) {
      if (controllers === undefined) {
        const base = `${ROOT}${group}`;
        cpus.push(quotaV2(read(`${base}/cpu.max`)));
        memory.push(bytes(read(`${base}/memory.max`)), bytes(read(`${base}/memory.high`)));
      } else if (controllers.includes('memory')) {
        memory.push(bytes(read(`${ROOT}/memory${group}/memory.limit_in_bytes`)));
      } else if (controllers.includes('cpu')) {
        const base = `${ROOT}/cpu${group}`;
        cpus.push(quota(read(`${base}/cpu.cfs_quota_us`), read(`${base}/cpu.cfs_period_us`)));
      }
    }
  }
  return { cpus: Math.min(...cpus, Infinity), memory: Math.min(...memory, Infinity) };
}

interface Group {
  /** Of cgroup v1; undefined: the one hierarchy of v2. */
  readonly controllers: readonly string[] | undefined;
  readonly path: string;
}

/** Lines `4:cpu,cpuacct:/path` and `0::/path` (cgroups(7)). */
function groupsOf(text: string): Group[] {
  return text.split('\n').flatMap((line) => {
    const [, names, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (names === undefined || path === undefined) return [];
    return [{ controllers: names === '' ? undefined : names.split(','), path }];
  });
}

/** `/a/b` to `/a/b`, `/a` and the root, which is empty. */
function withParents(path: string): string[] {
  const groups = [''];
  for (const name of path.split('/').filter((it) => it !== '' && it !== '..')) {
    groups.unshift(`${groups[0] ?? ''}/${name}`);
  }
  return groups;
}

/** `150000 100000`, or `max 100000`. */
function quotaV2(text: string | undefined): number {
  const [most, period] = text?.trim().split(' ') ?? [];
  return quota(most, period);
}

/** Microseconds of CPU in a period; -1 and `max` are no limit. */
function quota(most: string | undefined, period: string | undefined): number {
  const [time, every] = [number(most), number(period)];
  return time > 0 && every > 0 && Number.isFinite(every) ? time / every : Infinity;
}

/** `max` is no limit; nor is what v1 says instead, which is near 2^63. */
function bytes(text: string | undefined): number {
  const most = number(text);
  return most > 0 && most < 2 ** 60 ? most : Infinity;
}

function number(text: string | undefined): number {
  return /^\d+$/.test(text?.trim() ?? '') ? Number(text) : Infinity;
}
