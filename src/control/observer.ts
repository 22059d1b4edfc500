import type { SourceProblem } from '../cluster/source.ts';

/** Reports to a user what is routed, while it happens. */
export interface Observer {
  /** A worker has a newer table, or is gone. */
  changed(): void;
  /** As in SourceHandlers. */
  problem(problem: SourceProblem): void;
}
