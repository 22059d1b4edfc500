import type { ProblemReason } from '../cluster/problem-reasons.ts';
import type { SourceProblem, SourceState } from '../cluster/source.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ResourceState } from '../telemetry/source-metrics.ts';

/** Milliseconds in which the same line is written at most once. The line about the end of an outage is also limited. */
const REPEAT_INTERVAL = 60_000;
/** Maximum number of remembered lines; with more lines, the log may repeat some. */
const MAX_REMEMBERED = 1_000;

/** Logs the states and problems that the source reports, and counts them for the metrics. */
export class SourceHealth {
  readonly #logger: Logger;
  /** Resources for which a problem of the whole API server is reported: every kind, and the Events that podway writes. */
  readonly #resources: ReadonlySet<string>;
  /** Failed attempts since the start, by kind. */
  readonly #failures = new Map<string, number>();
  readonly #problems = new Map<ProblemReason, number>();
  /** When a line was last written, in milliseconds of performance.now(). */
  readonly #written = new Map<string, number>();
  readonly #failing = new Set<string>();
  #failingSince: number | undefined;

  /** @param kinds names of the kinds that the source follows */
  constructor(logger: Logger, kinds: readonly string[]) {
    this.#logger = logger;
    this.#resources = new Set([...kinds, 'events']);
  }

  get problems(): ReadonlyMap<ProblemReason, number> {
    return this.#problems;
  }

  state(resource: string, state: SourceState): void {
    const { phase, failures, error, failingSince } = state;
    this.#logger.debug({ resource, phase, failures, error }, 'source');
    if (phase === 'backing-off') {
      this.#failures.set(resource, (this.#failures.get(resource) ?? 0) + 1);
      this.#failing.add(resource);
      this.#failingSince ??= failingSince;
    } else if (phase === 'watching' && this.#failing.delete(resource) && this.#failing.size === 0) {
      const seconds = Math.round((state.since - (this.#failingSince ?? state.since)) / 100) / 10;
      this.#failingSince = undefined;
      if (this.#isNews('followed again')) this.#logger.info({ seconds }, 'the source is followed again');
    }
  }

  problem({ where, reason, detail }: SourceProblem): void {
    this.#problems.set(reason, (this.#problems.get(reason) ?? 0) + 1);
    // If the API server is unreachable, it is unreachable for all kinds, so the line without the kind is written once.
    const line = this.#resources.has(where) ? detail : `${where} ${detail}`;
    if (this.#isNews(line)) this.#logger.warn({ where, reason, detail }, 'problem with the source');
  }

  /** The state of every followed kind for metrics and pages; `now` in milliseconds of performance.now(). */
  resources(states: Readonly<Record<string, SourceState>>, now: number): ResourceState[] {
    return Object.entries(states).map(([resource, state]) => {
      const { phase, synced, lastActivity, failures, error, failingSince } = state;
      return {
        resource,
        up: synced && phase !== 'backing-off',
        idle: lastActivity === undefined ? undefined : (now - lastActivity) / 1_000,
        failures: this.#failures.get(resource) ?? 0,
        ...(phase !== 'watching' &&
          error !== undefined && { error, since: wallTime(failingSince ?? now), attempts: failures }),
      };
    });
  }

  /** Which kinds may be out of date, since when and why; empty while all kinds are followed. */
  notes(states: Readonly<Record<string, SourceState>>): string[] {
    return this.resources(states, performance.now()).flatMap(({ resource, error, since, attempts }) =>
      error === undefined
        ? []
        : [`${resource} are not followed since ${since} (attempts: ${attempts}): ${error}`],
    );
  }

  #isNews(line: string): boolean {
    const now = performance.now();
    const before = this.#written.get(line);
    if (before !== undefined && now - before < REPEAT_INTERVAL) return false;
    if (this.#written.size >= MAX_REMEMBERED) this.#written.clear();
    this.#written.set(line, now);
    return true;
  }
}

/** A time of performance.now() as ISO 8601. */
function wallTime(time: number): string {
  return new Date(performance.timeOrigin + time).toISOString();
}
