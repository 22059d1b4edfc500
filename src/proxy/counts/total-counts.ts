import { DURATION_BUCKETS, type Totals } from '../../boundary/figures.ts';

/** Hundreds of a status that are distinguished. */
const CLASSES = 6;

/** What one worker answered, all routes together. */
export class TotalCounts {
  #answers = zeroes(CLASSES);
  #durations = zeroes(DURATION_BUCKETS.length + 1);

  answered(code: number): void {
    const hundreds = (code / 100) | 0;
    this.#answers[hundreds < CLASSES ? hundreds : 0]! += 1;
  }

  /** @param bucket of the duration of a request, see `bucketOf` */
  lasted(bucket: number): void {
    this.#durations[bucket]! += 1;
  }

  /** Since the last call. */
  take(): Totals {
    const taken = { answers: this.#answers, durations: this.#durations };
    this.#answers = zeroes(CLASSES);
    this.#durations = zeroes(DURATION_BUCKETS.length + 1);
    return taken;
  }
}

function zeroes(length: number): number[] {
  return Array.from({ length }, () => 0);
}
