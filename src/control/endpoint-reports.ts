import type { EndpointObservation } from '../boundary/figures.ts';

/** What each worker last said of endpoints: it says so in parts, and they count when all have come. */
export class Observations {
  readonly #last = new Map<number, readonly EndpointObservation[]>();
  readonly #gathered = new Map<number, Map<string, EndpointObservation>>();

  /** A part of what it says now; of an endpoint told twice the later word counts. */
  gather(worker: number, observations: readonly EndpointObservation[]): void {
    const gathered = this.#gathered.get(worker) ?? new Map<string, EndpointObservation>();
    for (const observation of observations) gathered.set(observation.id, observation);
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

  all(): EndpointObservation[] {
    return [...this.#last.values()].flat();
  }
}
