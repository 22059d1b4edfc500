/** An episode of a subject, such as an ejection of a pod, as `Episodes` reports it. */
export interface Episode<D> {
  /** The last description by a worker. */
  readonly details: D;
  /** How often it began since the last report. */
  readonly times: number;
  /** Its duration until now, or until its end. */
  readonly seconds: number;
}

export interface EpisodeListener<D> {
  started(episode: Episode<D>): void;
  /** An episode that `begun` reported has ended. */
  ended(episode: Episode<D>): void;
  /** `times` episodes began and ended without a report. */
  endedUnreported(episode: Episode<D>): void;
}

interface State<D> {
  /** The workers in which the episode is going on. */
  readonly workers: Set<number>;
  details: D;
  beganAt: number;
  reported: boolean;
  times: number;
  /** Time in milliseconds before which no further beginning is reported. */
  quietUntil: number;
}

/** Maximum number of remembered subjects; further ones are ignored. */
const MAX_SUBJECTS = 2_000;

/**
 * Reports the beginnings and ends of episodes, which may be short and frequent, in several workers and about many subjects. In an
 * interval, it reports one beginning and its end for each subject. After the interval, it reports the number of further
 * episodes that began and ended meanwhile, or a beginning if an episode is still going on.
 */
export class Episodes<D> {
  readonly #interval: number;
  readonly #listener: EpisodeListener<D>;
  readonly #states = new Map<string, State<D>>();

  /** `interval` in milliseconds. */
  constructor(interval: number, listener: EpisodeListener<D>) {
    this.#interval = interval;
    this.#listener = listener;
  }

  /** An episode begins in this worker, or continues there. `now` is in milliseconds, as in all methods. */
  begin(key: string, worker: number, details: D, now: number): void {
    const state = this.#of(key, details, now);
    if (state === undefined) return;
    if (state.workers.size === 0) state.beganAt = now;
    state.workers.add(worker);
    state.details = details;
    state.times += 1;
    if (!state.reported && now >= state.quietUntil) this.#reportBegun(state, now);
  }

  end(key: string, worker: number, details: D, now: number): void {
    const state = this.#states.get(key);
    if (state === undefined || !state.workers.delete(worker)) return;
    state.details = details;
    if (state.workers.size > 0 || !state.reported) return;
    state.reported = false;
    this.#listener.ended(episodeOf(state, now));
    state.times = 0;
  }

  /** The worker is gone. Its episodes end without a report. */
  forget(worker: number): void {
    for (const state of this.#states.values()) {
      if (!state.workers.delete(worker) || state.workers.size > 0) continue;
      state.reported = false;
      state.times = 0;
    }
  }

  /** Reports what had to wait for the end of an interval. Call it about once a second. */
  check(now: number): void {
    for (const [key, state] of this.#states) {
      if (now < state.quietUntil || state.reported) continue;
      if (state.workers.size > 0) {
        this.#reportBegun(state, now);
        continue;
      }
      this.#states.delete(key);
      if (state.times > 0) this.#listener.endedUnreported(episodeOf(state, now));
    }
  }

  #of(key: string, details: D, now: number): State<D> | undefined {
    const known = this.#states.get(key);
    if (known !== undefined || this.#states.size >= MAX_SUBJECTS) return known;
    const state = {
      workers: new Set<number>(),
      details,
      beganAt: now,
      reported: false,
      times: 0,
      quietUntil: now,
    };
    this.#states.set(key, state);
    return state;
  }

  #reportBegun(state: State<D>, now: number): void {
    state.reported = true;
    state.quietUntil = now + this.#interval;
    this.#listener.started(episodeOf(state, now));
    state.times = 0;
  }
}

function episodeOf<D>({ details, times, beganAt }: State<D>, now: number): Episode<D> {
  return { details, times, seconds: Math.round(now - beganAt) / 1_000 };
}
