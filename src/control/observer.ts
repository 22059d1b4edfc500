import type { SourceProblem } from '../cluster/source.ts';

/** Shows a user the routes and their changes. */
export interface Observer {
  /** A worker has a newer table, or is gone. */
  changed(): void;
  /** See SourceHandlers. */
  problem(problem: SourceProblem): void;
}
