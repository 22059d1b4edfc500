import type { EndpointReport } from '../boundary/figures.ts';

/** What each worker last reported of endpoints: a report comes in parts, and they count when all have come. */
export class EndpointReports {
  readonly #last = new Map<number, readonly EndpointReport[]>();
  readonly #gathered = new Map<number, Map<string, EndpointReport>>();

  /** A part of the report; of an endpoint that is in it twice the later record counts. */
  gather(worker: number, reports: readonly EndpointReport[]): void {
    const gathered = this.#gathered.get(worker) ?? new Map<string, EndpointReport>();
    for (const report of reports) gathered.set(report.id, report);
    this.#gathered.set(worker, gathered);
  }

  complete(worker: number): void {
    this.#last.set(worker, [...(this.#gathered.get(worker)?.values() ?? [])]);
    this.#gathered.delete(worker);
  }

  /** The worker is gone. */
  forget(worker: number): void {
    this.#last.delete(worker);
    this.#gathered.delete(worker);
  }

  all(): EndpointReport[] {
    return [...this.#last.values()].flat();
  }
}
