import type { Clock } from '../clock.ts';
import type { KindTable } from '../kind.ts';
import type { KindName } from '../kinds.ts';
import type { SourceState } from '../source.ts';
import { type Failed, ResourceStatus, type StatusListener } from './status.ts';

/** The state of a source, kind by kind. */
export class KindStatuses<T extends KindTable> {
  readonly #byName: ReadonlyMap<string, ResourceStatus>;

  constructor(kinds: T, clock: Clock) {
    this.#byName = new Map(Object.keys(kinds).map((name) => [name, new ResourceStatus(name, clock)]));
  }

  /** @param name name of a kind in the table */
  of(name: string): ResourceStatus {
    return this.#byName.get(name) as ResourceStatus;
  }

  listen(listener: StatusListener): void {
    for (const status of this.#byName.values()) status.listen(listener);
  }

  /** Reports for every kind that it failed for the same reason. */
  failed(failure: Failed): void {
    for (const status of this.#byName.values()) status.failed(failure);
  }

  /** @param others values that replace some fields */
  snapshots(others: Partial<SourceState> = {}): Record<KindName<T>, SourceState> {
    const states = [...this.#byName].map(([name, status]) => [name, { ...status.snapshot(), ...others }]);
    return Object.fromEntries(states) as Record<KindName<T>, SourceState>;
  }
}
