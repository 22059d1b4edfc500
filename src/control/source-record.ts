import type { SourceProblem, SourceResource, SourceState } from '../cluster/source.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ResourceState } from '../telemetry/metrics.ts';

/** What the source has said about itself since the start: told to the log, counted for the metrics. */
export class SourceRecord {
  readonly #logger: Logger;
  readonly #failures: Record<SourceResource, number> = { pods: 0, secrets: 0 };
  readonly #problems = new Map<string, number>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get problems(): ReadonlyMap<string, number> {
    return this.#problems;
  }

  state(resource: SourceResource, { phase, failures, error }: SourceState): void {
    if (phase === 'backing-off') this.#failures[resource] += 1;
    this.#logger.debug({ resource, phase, failures, error }, 'source');
  }

  problem({ where, reason, detail }: SourceProblem): void {
    this.#problems.set(reason, (this.#problems.get(reason) ?? 0) + 1);
    this.#logger.warn({ where, reason, detail }, 'problem with the source');
  }

  /** Both streams as the metrics show them; `now` in milliseconds of performance.now(). */
  resources(states: Readonly<Record<SourceResource, SourceState>>, now: number): ResourceState[] {
    return (['pods', 'secrets'] as const).map((resource) => {
      const { phase, synced, lastActivity } = states[resource];
      return {
        resource,
        up: synced && phase !== 'backing-off',
        idle: lastActivity === undefined ? undefined : (now - lastActivity) / 1_000,
        failures: this.#failures[resource],
      };
    });
  }
}
