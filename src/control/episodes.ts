/** Something that was going on, as it is reported. */
export interface Episode<D> {
  /** As the workers last described it. */
  readonly details: D;
  /** How often it began since the last report. */
  readonly times: number;
  /** For how long it has been going on, or was. */
  readonly seconds: number;
}

export interface EpisodeListener<D> {
  begun(episode: Episode<D>): void;
  /** The end of what `begun` reported. */
  over(episode: Episode<D>): void;
  /** It began and ended `times` times without a report. */
  passed(episode: Episode<D>): void;
}

interface State<D> {
  /** The workers in which it is going on. */
  readonly by: Set<number>;
  details: D;
  beganAt: number;
  reported: boolean;
  times: number;
  /** Milliseconds: no further beginning is reported before. */
  quietUntil: number;
}

/** Subjects that are remembered; further ones are ignored. */
const MOST = 2_000;

/**
 * Reports beginnings and ends of what may come and go quickly, in several workers, about many subjects: of one subject one
 * beginning and its end in an interval. What began and ended within the interval is reported as a number when it is over,
 * and what is still going on then as having begun.
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

  /** It begins in this worker, or goes on there. `now` in milliseconds, as everywhere here. */
  begin(key: string, worker: number, details: D, now: number): void {
    const state = this.#of(key, details, now);
    if (state === undefined) return;
    if (state.by.size === 0) state.beganAt = now;
    state.by.add(worker);
    state.details = details;
    state.times += 1;
    if (!state.reported && now >= state.quietUntil) this.#reportBegun(state, now);
  }

  end(key: string, worker: number, details: D, now: number): void {
    const state = this.#states.get(key);
    if (state === undefined || !state.by.delete(worker)) return;
    state.details = details;
    if (state.by.size > 0 || !state.reported) return;
    state.reported = false;
    this.#listener.over(episodeOf(state, now));
    state.times = 0;
  }

  /** The worker is gone, and with it what was going on there, without a report. */
  forget(worker: number): void {
    for (const state of this.#states.values()) {
      if (!state.by.delete(worker) || state.by.size > 0) continue;
      state.reported = false;
      state.times = 0;
    }
  }

  /** Call it about once a second: reports what had to wait. */
  check(now: number): void {
    for (const [key, state] of this.#states) {
      if (now < state.quietUntil || state.reported) continue;
      if (state.by.size > 0) {
        this.#reportBegun(state, now);
        continue;
      }
      this.#states.delete(key);
      if (state.times > 0) this.#listener.passed(episodeOf(state, now));
    }
  }

  #of(key: string, details: D, now: number): State<D> | undefined {
    const known = this.#states.get(key);
    if (known !== undefined || this.#states.size >= MOST) return known;
    const state = {
      by: new Set<number>(),
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
    this.#listener.begun(episodeOf(state, now));
    state.times = 0;
  }
}

function episodeOf<D>({ details, times, beganAt }: State<D>, now: number): Episode<D> {
  return { details, times, seconds: Math.round(now - beganAt) / 1_000 };
}
