/** Work that a worker repeats. */
export interface Chore {
  /** Minimum time between two runs, in milliseconds; 0: it runs at every tick. */
  readonly every: number;
  /** `late`: how late the tick is, in milliseconds. */
  readonly run: (late: number) => void;
}

/** Runs the chores of a worker in their order, at ticks of its clock. */
export class Heartbeat {
  readonly #chores: { readonly chore: Chore; ranAt: number }[] = [];

  /** The first run comes `every` milliseconds after `now`, on the worker's clock. */
  add(now: number, chores: readonly Chore[]): void {
    for (const chore of chores) this.#chores.push({ chore, ranAt: now });
  }

  tick(now: number, late: number): void {
    for (const entry of this.#chores) {
      if (now - entry.ranAt < entry.chore.every) continue;
      entry.ranAt = now;
      entry.chore.run(late);
    }
  }
}
