interface Pause {
  readonly from: number;
  readonly to: number;
}

const TICK = 1;
/** A timer that is later than this (milliseconds) was held up. */
const LATE = 5;

/**
 * When the event loop of this thread stood still. The stand-in of the API server and the clients share it, so what was
 * under way then waited for the bench and not for the router.
 */
export class Pauses {
  readonly #pauses: Pause[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor() {
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      if (now - last > LATE) this.#pauses.push({ from: last, to: now });
      last = now;
    }, TICK);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Whether there was one in these milliseconds of performance.now(). */
  between(from: number, to: number): boolean {
    return this.#pauses.some((pause) => pause.from < to && pause.to > from);
  }
}
