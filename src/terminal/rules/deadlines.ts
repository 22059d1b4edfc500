/** Milliseconds before the end at which podway warns the user; half of the limit if that is shorter. */
const WARNING_TIME = 60_000;

/** Milliseconds. */
export interface TimeLimits {
  /** Maximum time without a key. */
  readonly idle: number;
  /** Maximum duration. */
  readonly most: number;
}

/** What is due now. `left`: milliseconds until the end. */
export type Due =
  | { readonly what: 'nothing'; readonly wait: number }
  | { readonly what: 'warn'; readonly limit: keyof TimeLimits; readonly left: number }
  | { readonly what: 'end'; readonly limit: keyof TimeLimits };

/** The limits after which podway ends a terminal, and the warnings before. */
export class Deadlines {
  readonly #limits: TimeLimits;
  readonly #began: number;
  #key: number;
  /** The limits whose warning has been given. */
  #warned: Readonly<Record<keyof TimeLimits, boolean>> = { idle: false, most: false };

  constructor(limits: TimeLimits, now: number) {
    this.#limits = limits;
    this.#began = now;
    this.#key = now;
  }

  /** A key was pressed. */
  touched(now: number): void {
    this.#key = now;
    if (this.#warned.idle) this.#warned = { ...this.#warned, idle: false };
  }

  /** What is due now. Each warning is due once. */
  due(now: number): Due {
    const ends = { idle: this.#key + this.#limits.idle, most: this.#began + this.#limits.most };
    const first = ends.most <= ends.idle ? 'most' : 'idle';
    if (ends[first] <= now) return { what: 'end', limit: first };
    let next = ends[first];
    for (const limit of ['most', 'idle'] as const) {
      if (this.#warned[limit]) continue;
      const at = ends[limit] - Math.min(WARNING_TIME, this.#limits[limit] / 2);
      if (at <= now) {
        this.#warned = { ...this.#warned, [limit]: true };
        return { what: 'warn', limit, left: ends[limit] - now };
      }
      next = Math.min(next, at);
    }
    return { what: 'nothing', wait: next - now };
  }
}
