import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerLimits } from '../../src/config/container-limits.ts';

const GROUP = '/proc/self/cgroup';
const NONE = Number.POSITIVE_INFINITY;
const NO_LIMIT_V1 = '9223372036854771712\n';
const POD = '/kubepods.slice/kubepods-pod1.slice/cri-1.scope';
const V1 = '11:memory:/docker/1\n4:cpu,cpuacct:/docker/1\n2:pids:/docker/1\n1:name=systemd:/docker/1\n';

/** The files, and the CPUs and the memory that follow from them. */
const CASES: readonly (readonly [string, Readonly<Record<string, string>>, number, number])[] = [
  ['no control groups (macOS, a kernel without)', {}, NONE, NONE],
  [
    'v2, a container of its own namespace: its group is the root',
    {
      [GROUP]: '0::/\n',
      '/sys/fs/cgroup/cpu.max': '150000 100000\n',
      '/sys/fs/cgroup/memory.max': '536870912\n',
      '/sys/fs/cgroup/memory.high': 'max\n',
    },
    1.5,
    536_870_912,
  ],
  [
    'v2 without limits',
    { [GROUP]: '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n', '/sys/fs/cgroup/memory.max': 'max\n' },
    NONE,
    NONE,
  ],
  [
    'v2 with memory.high below the limit: the kernel throttles from there on',
    {
      [GROUP]: '0::/\n',
      '/sys/fs/cgroup/memory.max': '1073741824\n',
      '/sys/fs/cgroup/memory.high': '805306368\n',
    },
    NONE,
    805_306_368,
  ],
  [
    'v2 with the names of the host: the pod around the container has the smaller limits',
    {
      [GROUP]: `0::${POD}\n`,
      [`/sys/fs/cgroup${POD}/cpu.max`]: '400000 100000\n',
      [`/sys/fs/cgroup${POD}/memory.max`]: 'max\n',
      '/sys/fs/cgroup/kubepods.slice/kubepods-pod1.slice/cpu.max': '200000 100000\n',
      '/sys/fs/cgroup/kubepods.slice/kubepods-pod1.slice/memory.max': '268435456\n',
    },
    2,
    268_435_456,
  ],
  [
    'v2 with the names of the host and its own mount: the path does not exist, the root does',
    {
      [GROUP]: `0::${POD}\n`,
      '/sys/fs/cgroup/cpu.max': '50000 100000\n',
      '/sys/fs/cgroup/memory.max': '134217728\n',
    },
    0.5,
    134_217_728,
  ],
  [
    'v2, seen from outside its namespace',
    { [GROUP]: '0::/../../a\n', '/sys/fs/cgroup/a/memory.max': '1000000\n' },
    NONE,
    1_000_000,
  ],
  [
    'v1 of a container that mounts its own groups',
    {
      [GROUP]: V1,
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '536870912\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '250000\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    },
    2.5,
    536_870_912,
  ],
  [
    'v1 with the groups of the host',
    {
      [GROUP]: V1,
      '/sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes': '536870912\n',
      '/sys/fs/cgroup/memory/docker/memory.limit_in_bytes': NO_LIMIT_V1,
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': NO_LIMIT_V1,
      '/sys/fs/cgroup/cpu/docker/1/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu/docker/1/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/cpu/docker/cpu.cfs_quota_us': '100000\n',
      '/sys/fs/cgroup/cpu/docker/cpu.cfs_period_us': '100000\n',
    },
    1,
    536_870_912,
  ],
  [
    'v1 and v2 at once: the version that has a limit counts',
    {
      [GROUP]: `${V1}0::/\n`,
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '536870912\n',
      '/sys/fs/cgroup/cpu.max': '300000 100000\n',
    },
    3,
    536_870_912,
  ],
  [
    'texts in other formats',
    {
      [GROUP]: 'x\n0:\n::\n0::relative\n0::/\n',
      '/sys/fs/cgroup/cpu.max': '\n',
      '/sys/fs/cgroup/memory.max': '-5\n',
      '/sys/fs/cgroup/memory.high': '0\n',
    },
    NONE,
    NONE,
  ],
];

for (const [name, files, cpus, memory] of CASES) {
  test(name, () =>
    assert.deepEqual(
      containerLimits((path) => files[path]),
      { cpus, memory },
    ),
  );
}
