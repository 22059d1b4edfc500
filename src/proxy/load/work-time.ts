import { performance } from 'node:perf_hooks';

/** The time in which this thread's event loop does not wait for events. */
export class WorkTime {
  #active = 0;

  /** Milliseconds of this time since the last call. */
  take(): number {
    const { active } = performance.eventLoopUtilization();
    const worked = active - this.#active;
    this.#active = active;
    return worked;
  }
}
