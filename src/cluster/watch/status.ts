import type { Clock } from '../clock.ts';
import type { ProblemReason, SourcePhase, SourceProblem, SourceState } from '../source.ts';

/** Milliseconds after which a watch is healthy: then earlier failures no longer count. */
const HEALTHY_AFTER = 10_000;
/** Maximum number of different failures of one outage that podway remembers; above it, it reports some again. */
const MAX_REPORTED = 100;

export interface StatusListener {
  state(kind: string, state: SourceState): void;
  problem(problem: SourceProblem): void;
}

/** Why an attempt failed. */
export interface Failed {
  readonly reason: ProblemReason;
  readonly message: string;
}

/** The state of the list+watch of one kind. Informs its listener of every change of phase and every new problem. */
export class ResourceStatus {
  readonly #kind: string;
  readonly #clock: Clock;
  #listener: StatusListener | undefined;
  #phase: SourcePhase = 'listing';
  #since: number;
  #synced = false;
  #lastActivity: number | undefined;
  #failures = 0;
  #failingSince: number | undefined;
  #error: string | undefined;
  #lists = 0;
  #listedAt: number | undefined;
  #watches = 0;
  #malformedLines = 0;
  /** The problems reported since the stream was healthy. */
  readonly #reported = new Set<string>();

  constructor(kind: string, clock: Clock) {
    this.#kind = kind;
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** From now on, reports changes to `listener`. */
  listen(listener: StatusListener): void {
    this.#listener = listener;
  }

  get phase(): SourcePhase {
    return this.#phase;
  }

  /** When the source last sent anything, in milliseconds of the clock; before the first time, the present time. */
  get lastActivity(): number {
    return this.#lastActivity ?? this.#clock.now();
  }

  /** Failed attempts in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds since the last complete list; undefined before the first. */
  get sinceListed(): number | undefined {
    return this.#listedAt === undefined ? undefined : this.#clock.now() - this.#listedAt;
  }

  listing(): void {
    this.#enter('listing');
  }

  listed(): void {
    this.#lists += 1;
    this.#listedAt = this.#clock.now();
    this.#synced = true;
    this.activity();
  }

  watching(): void {
    this.#watches += 1;
    this.#enter('watching');
    this.activity();
  }

  /** The source sent something. */
  activity(): void {
    this.#lastActivity = this.#clock.now();
    if (this.#phase === 'watching' && this.#lastActivity - this.#since >= HEALTHY_AFTER) this.healthy();
  }

  malformedLine(): void {
    this.#malformedLines += 1;
  }

  /** Earlier failures no longer count. */
  healthy(): void {
    this.#failures = 0;
    this.#failingSince = undefined;
    this.#error = undefined;
    this.#reported.clear();
  }

  failed(failure: Failed): void {
    if (this.#phase === 'watching' && this.#clock.now() - this.#since >= HEALTHY_AFTER) this.healthy();
    this.#failures += 1;
    this.#failingSince ??= this.#clock.now();
    this.#error = failure.message;
    this.#reportOnce(failure);
    this.#enter('backing-off');
  }

  problem(reason: ProblemReason, detail: string): void {
    this.#listener?.problem({ where: this.#kind, reason, detail });
  }

  snapshot(): SourceState {
    return {
      phase: this.#phase,
      since: this.#since,
      synced: this.#synced,
      lastActivity: this.#lastActivity,
      failures: this.#failures,
      failingSince: this.#failingSince,
      error: this.#error,
      lists: this.#lists,
      watches: this.#watches,
      malformedLines: this.#malformedLines,
    };
  }

  #reportOnce({ reason, message }: Failed): void {
    // A starting server becomes ready part by part, and its answer changes each time.
    const key = reason === 'not-ready' ? reason : message;
    if (this.#reported.has(key)) return;
    if (this.#reported.size >= MAX_REPORTED) this.#reported.clear();
    this.#reported.add(key);
    this.problem(reason, message);
  }

  #enter(phase: SourcePhase): void {
    this.#phase = phase;
    this.#since = this.#clock.now();
    this.#listener?.state(this.#kind, this.snapshot());
  }
}
