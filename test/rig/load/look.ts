import { readdirSync, readFileSync } from 'node:fs';
import type { Podway } from '../../process/podway.ts';
import { samplesOf } from '../../telemetry/exposition.ts';

export type Samples = ReadonlyMap<string, number>;

/** Everything that `/metrics` says now. */
export async function metricsOf(podway: Podway): Promise<Samples> {
  return samplesOf((await podway.admin('/metrics')).body);
}

/** The sum of all series of a family whose labels match. */
export function total(samples: Samples, family: string, labels = /^/): number {
  let sum = 0;
  for (const [series, value] of samples) {
    const name = series.split('{', 1)[0] ?? '';
    if (name === family && labels.test(series.slice(name.length))) sum += value;
  }
  return sum;
}

/** Bytes of memory of a process that the kernel keeps resident. */
export function residentBytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? Number.NaN) * 1_024;
}

/** Seconds of CPU that a process has used, its threads and system calls included. */
export function cpuSeconds(pid: number): number {
  // proc(5): fields 14 and 15, counted behind the name, which may contain anything; ticks of 10 ms everywhere.
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Open descriptors of a process. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** How many descriptors this process may have open, and so the routers that it starts. */
export function openFilesLimit(): number {
  const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  return Number(line?.[1] ?? Number.POSITIVE_INFINITY);
}

/** The most bytes that the kernel queues for one socket of this network namespace, sent or received. */
export function queueLimit(): number {
  const limits = ['tcp_rmem', 'tcp_wmem'].map((it) => {
    const [, , most] = readFileSync(`/proc/sys/net/ipv4/${it}`, 'utf8').split(/\s+/);
    return Number(most);
  });
  return Math.max(...limits);
}

/** What the kernel holds for TCP sockets, all processes together. */
export function kernelTcpBytes(): number {
  const pages = /^TCP: .* mem (\d+)$/m.exec(readFileSync('/proc/net/sockstat', 'utf8'));
  return Number(pages?.[1] ?? Number.NaN) * 4_096;
}
