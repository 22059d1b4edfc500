/** Exact percentiles of all samples (nearest rank), in the samples' own unit. */
export class Percentiles {
  readonly #samples: number[] = [];

  get count(): number {
    return this.#samples.length;
  }

  add(sample: number): void {
    this.#samples.push(sample);
  }

  /** Sorts once for all `ranks` (0 to 1); NaN when there are no samples. */
  at(...ranks: readonly number[]): number[] {
    const sorted = Float64Array.from(this.#samples).sort();
    return ranks.map((it) => sorted[Math.max(0, Math.ceil(it * sorted.length) - 1)] ?? Number.NaN);
  }
}
