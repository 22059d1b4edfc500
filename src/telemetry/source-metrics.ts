import type { SmallFamilies } from './small-families.ts';

/** One list-and-watch stream of the source. */
export interface ResourceState {
  readonly resource: string;
  readonly up: boolean;
  /** Seconds since the last event or bookmark; undefined before the first one. */
  readonly idle: number | undefined;
  readonly failures: number;
  /**
   * Why podway does not follow it now, since when (ISO 8601), and the number of attempts; absent while podway follows
   * it.
   */
  readonly error?: string;
  readonly since?: string;
  readonly attempts?: number;
}

/** What the main thread knows of its source. */
export interface SourceState {
  readonly resources: readonly ResourceState[];
  /** Number of problems since the start, by reason. */
  readonly sourceProblems: ReadonlyMap<string, number>;
}

export function registerSource(small: SmallFamilies, state: () => SourceState): void {
  const age = 'Seconds since the last event or bookmark of the watch';
  small.gauge('podway_source_up', '1 while podway follows the resource', ['resource'], (gauge) => {
    for (const { resource, up } of state().resources) gauge.set({ resource }, Number(up));
  });
  small.gauge('podway_watch_last_activity_age_seconds', age, ['resource'], (gauge) => {
    for (const { resource, idle } of state().resources) if (idle !== undefined) gauge.set({ resource }, idle);
  });
  small.total('podway_source_failures_total', 'Lists and watches that failed', ['resource'], (counter) => {
    for (const { resource, failures } of state().resources) counter.inc({ resource }, failures);
  });
  small.total('podway_source_problems_total', 'Source problems, by reason', ['reason'], (counter) => {
    for (const [reason, count] of state().sourceProblems) counter.inc({ reason }, count);
  });
}
