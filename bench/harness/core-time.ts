import { readdirSync, readFileSync } from 'node:fs';

/** CPU time that the threads of a process got since they started, summed over the threads, in milliseconds. */
export interface CoreTime {
  readonly ran: number;
  /** Time in which a thread was ready to run but waited for a core. */
  readonly waited: number;
}

/** Reads Linux's `/proc/<pid>/task/<tid>/schedstat`: nanoseconds on a core, nanoseconds waiting for one, time slices. */
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

/** Empty if the thread has ended. */
function schedstat(file: string): number[] {
  try {
    return readFileSync(file, 'utf8').split(' ').map(Number);
  } catch {
    return [];
  }
}

/** Milliseconds on a core of the first thread of a process. */
export function mainThreadTime(pid: number): number {
  const [running = 0] = schedstat(`/proc/${pid}/task/${pid}/schedstat`);
  return running / 1e6;
}
