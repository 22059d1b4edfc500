/** Limits that the kernel sets for this process; Infinity = no limit. */
export interface ContainerLimits {
  /** Cores: 1.5 = one and a half. */
  readonly cpus: number;
  /** Bytes. */
  readonly memory: number;
}

/** Reads the text of a file; undefined: it does not exist or cannot be read. */
export type ReadText = (path: string) => string | undefined;

const ROOT = '/sys/fs/cgroup';

/**
 * The lowest limits of this process's control groups and their parents, in cgroup v2, v1 or both (kernel documentation,
 * admin-guide/cgroup-v2, scheduler/sched-bwc, admin-guide/cgroup-v1/memory).
 *
 * A container sees its own group as the root. Without a cgroup namespace, /proc/self/cgroup has the host's path, which does not
 * exist in the container's mount. Groups that do not exist are skipped, and the root is always read.
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
  /** Controllers of a cgroup v1 hierarchy; undefined: the unified hierarchy of v2. */
  readonly controllers: readonly string[] | undefined;
  readonly path: string;
}

/** Reads lines such as `4:cpu,cpuacct:/path` and `0::/path` (cgroups(7)). */
function groupsOf(text: string): Group[] {
  return text.split('\n').flatMap((line) => {
    const [, names, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (names === undefined || path === undefined) return [];
    return [{ controllers: names === '' ? undefined : names.split(','), path }];
  });
}

/** For `/a/b`: `/a/b`, `/a` and '' for the root. */
function withParents(path: string): string[] {
  const groups = [''];
  for (const name of path.split('/').filter((it) => it !== '' && it !== '..')) {
    groups.unshift(`${groups[0] ?? ''}/${name}`);
  }
  return groups;
}

/** Reads a quota and its period: `150000 100000`, or `max 100000`. */
function quotaV2(text: string | undefined): number {
  const [max, period] = text?.trim().split(' ') ?? [];
  return quota(max, period);
}

/** Cores from the microseconds of CPU time in a period, also in microseconds; -1 and `max` mean no limit. */
function quota(max: string | undefined, period: string | undefined): number {
  const [time, every] = [number(max), number(period)];
  return time > 0 && every > 0 && Number.isFinite(every) ? time / every : Infinity;
}

/** Reads a limit in bytes. No limit is `max` in cgroup v2 and a number near 2^63 in v1. */
function bytes(text: string | undefined): number {
  const max = number(text);
  return max > 0 && max < 2 ** 60 ? max : Infinity;
}

function number(text: string | undefined): number {
  return /^\d+$/.test(text?.trim() ?? '') ? Number(text) : Infinity;
}
