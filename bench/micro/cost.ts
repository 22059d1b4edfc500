/** A function of the hot path, called many times. */
export interface Operation {
  readonly name: string;
  /** Calls in one round: enough for some milliseconds. */
  readonly calls: number;
  /** Throws or returns a number that is not above zero when the function did not do its work. */
  readonly run: () => number;
}

export interface FunctionCost {
  readonly name: string;
  /**
   * Nanoseconds per call. The best round shows the cost of the function; the other rounds include noise of the machine.
   */
  readonly best: number;
  readonly median: number;
}

const ROUNDS = 40;

export function measure({ name, calls, run }: Operation): FunctionCost {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = process.hrtime.bigint();
    for (let call = 0; call < calls; call += 1) {
      if (!(run() > 0)) throw new Error(`${name}: it did not do its work`);
    }
    times.push(Number(process.hrtime.bigint() - start) / calls);
  }
  times.sort((a, b) => a - b);
  return { name, best: times[0] ?? Number.NaN, median: times[ROUNDS / 2] ?? Number.NaN };
}
