import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Fields of `/proc/<pid>/stat` (proc(5)). */
interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** User and system time of the process and of its children that have ended, in clock ticks. */
  readonly ticks: number;
}

let ticksPerSecond: number | undefined;

/** Microseconds of user and system time of a process and all its descendants, including those that have ended. */
export function cpuMicroseconds(pid: number): number {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const ticks = tree(pid).reduce((sum, it) => sum + it.ticks, 0);
  return (ticks / ticksPerSecond) * 1e6;
}

/** Bytes of physical memory of a process and all its descendants; a shared page counts once for each. */
export function residentBytes(pid: number): number {
  return tree(pid).reduce((sum, it) => sum + residentOf(it.pid), 0);
}

/** The process and all its descendants. Throws if there is no such process. */
function tree(root: number): Stat[] {
  const all = readdirSync('/proc').filter((it) => /^\d+$/.test(it));
  const stats = all.map((it) => readStat(Number(it))).filter((it) => it !== undefined);
  const found = stats.filter((it) => it.pid === root);
  if (found.length === 0) throw new Error(`process ${root} has ended`);
  for (const parent of found) found.push(...stats.filter((it) => it.parent === parent.pid));
  return found;
}

function readStat(pid: number): Stat | undefined {
  const text = readProc(pid, 'stat');
  // The name, in parentheses, may itself contain spaces and parentheses.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined) return undefined;
  const ticks = fields.slice(11, 15).reduce((sum, it) => sum + Number(it), 0);
  return { pid, parent: Number(fields[1]), ticks };
}

function residentOf(pid: number): number {
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(readProc(pid, 'status') ?? '')?.[1] ?? 0) * 1024;
}

/** Undefined if the process has ended. */
function readProc(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}
