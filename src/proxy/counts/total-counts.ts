import { DURATION_BUCKETS, type Totals } from '../../boundary/figures.ts';

/** Number of status classes (hundreds of the status) that are counted separately. */
const STATUS_CLASS_COUNT = 6;

/** Counts of all answers of one worker. */
export class TotalCounts {
  #answers = zeroes(STATUS_CLASS_COUNT);
  #durations = zeroes(DURATION_BUCKETS.length + 1);

  answered(code: number): void {
    const hundreds = (code / 100) | 0;
    this.#answers[hundreds < STATUS_CLASS_COUNT ? hundreds : 0]! += 1;
  }

  /** @param bucket index of the duration of a request, see `bucketOf` */
  lasted(bucket: number): void {
    this.#durations[bucket]! += 1;
  }

  /** The counts since the last call. */
  take(): Totals {
    const taken = { answers: this.#answers, durations: this.#durations };
    this.#answers = zeroes(STATUS_CLASS_COUNT);
    this.#durations = zeroes(DURATION_BUCKETS.length + 1);
    return taken;
  }
}

function zeroes(length: number): number[] {
  return Array.from({ length }, () => 0);
}
