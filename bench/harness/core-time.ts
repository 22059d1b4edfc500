import { readdirSync, readFileSync } from 'node:fs';

/** What the scheduler gave to the threads of a process since they started: the sum of all threads, in milliseconds. */
export interface CoreTime {
  readonly ran: number;
  /** Time in which a thread was ready to run but had no core: other processes had them. */
  readonly waited: number;
}

/** Linux' `/proc/<pid>/task/<tid>/schedstat`: nanoseconds on a core, nanoseconds waiting for one, time slices. */
export function coreTime(pid: number): CoreTime {
  let ran = 0;
  let waited = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [running = 0, waiting = 0] = schedstat(`/proc/${pid}/task/${thread}/schedstat`);
    ran += running / 1e6;
    waited += waiting / 1e6;
  }
  return { ran, waited };
}

/** Empty when the thread has ended by now. */
function schedstat(file: string): number[] {
  try {
    return readFileSync(file, 'utf8').split(' ').map(Number);
  } catch {
    return [];
  }
}

/** The same of its first thread alone: milliseconds on a core. */
export function mainThreadTime(pid: number): number {
  const [running = 0] = schedstat(`/proc/${pid}/task/${pid}/schedstat`);
  return running / 1e6;
}
