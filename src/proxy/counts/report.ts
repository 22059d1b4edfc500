import type { KeyCounts } from '../../boundary/figures.ts';
import type { ReportPart } from '../../boundary/messages.ts';
import type { RouteTable } from '../../routing/table.ts';
import { reportEndpoints } from './endpoint-report.ts';
import type { WorkerCounts } from './worker-counts.ts';

/** Maximum number of namespaces in one message about keys. */
const MAX_NAMESPACES_PER_MESSAGE = 100;

/** The report of a worker on its routes, pods and keys, one part at a time (see ReportPart). */
export class Report {
  readonly #counts: WorkerCounts;
  readonly #table: RouteTable;
  readonly #clock: { readonly now: number };
  #parts: Generator<ReportPart, void> | undefined;

  constructor(counts: WorkerCounts, table: RouteTable, clock: { readonly now: number }) {
    this.#counts = counts;
    this.#table = table;
    this.#clock = clock;
  }

  /** Returns the next part. After the last part, the next report begins. */
  next(): ReportPart {
    for (;;) {
      this.#parts ??= this.#begin();
      const { done, value } = this.#parts.next();
      if (!done) return value;
      this.#parts = undefined;
    }
  }

  /** Takes the counts of keyed namespaces that have changed. An empty list means that all are taken. */
  takeKeys(): KeyCounts[] {
    return this.#table.takeKeyCounts(MAX_NAMESPACES_PER_MESSAGE);
  }

  *#begin(): Generator<ReportPart, void> {
    for (const series of this.#counts.takeSeries()) yield { kind: 'series', series };
    for (const pods of this.#counts.takePods()) yield { kind: 'pods', pods };
    for (let keys = this.takeKeys(); keys.length > 0; keys = this.takeKeys()) yield { kind: 'keys', keys };
    for (const endpoints of reportEndpoints(this.#table.endpoints(), this.#clock))
      yield { kind: 'endpoints', endpoints };
    yield { kind: 'end' };
  }
}
