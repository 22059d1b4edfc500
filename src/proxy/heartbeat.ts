/** Something to do again and again. */
export interface Chore {
  /** Milliseconds between two runs at least; 0: at every tick. */
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
