import type { EndpointReport } from '../boundary/figures.ts';

/** The last complete report of each worker about its endpoints. A report comes in parts. */
export class EndpointReports {
  readonly #last = new Map<number, readonly EndpointReport[]>();
  readonly #gathered = new Map<number, Map<string, EndpointReport>>();

  /** Adds a part of a report. If a report has an endpoint twice, the later record counts. */
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
