import type { DurationCount, SeriesIncrement } from '../boundary/figures.ts';
import { NUMBERS, type PackedCounts, SERIES_SIZE, STAGES } from '../boundary/packed-counts.ts';
import {
  BUCKETS_AT,
  EJECTIONS_AT,
  FAILURES_AT,
  type PackedPods,
  POD_NUMBERS,
  type PodIncrement,
  SUM_AT,
} from '../boundary/packed-pods.ts';
import { methodAndCode } from '../boundary/request-key.ts';

/** Unpacks one series after the other. */
export function* unpackCounts({ names, numbers }: PackedCounts): Generator<SeriesIncrement, void> {
  let at = 0;
  for (let name = 0; name < names.length; name += 3) {
    const [host = '', path = '', namespace = ''] = names.slice(name, name + 3);
    const kinds = numbers[at++] ?? 0;
    const requests = Array.from({ length: kinds }, () => ({
      ...methodAndCode(numbers[at++] ?? 0),
      count: numbers[at++] ?? 0,
    }));
    const durations = durationsAt(numbers, at);
    at += SERIES_SIZE;
    yield { host, path, namespace, requests, durations };
  }
}

/** The durations of all stages that have counts. */
function durationsAt(numbers: Float64Array, at: number): DurationCount[] {
  const durations: DurationCount[] = [];
  for (const [index, stage] of STAGES.entries()) {
    const buckets = new Float64Array(NUMBERS - 1);
    let count = 0;
    for (let bucket = 0; bucket < buckets.length; bucket += 1) {
      buckets[bucket] = numbers[at + (1 + bucket) * STAGES.length + index] as number;
      count += buckets[bucket] as number;
    }
    if (count > 0) durations.push({ stage, sum: numbers[at + index] as number, buckets });
  }
  return durations;
}

/** Unpacks one pod after the other. */
export function* unpackPods({ names, numbers }: PackedPods): Generator<PodIncrement, void> {
  for (let name = 0; name < names.length; name += 2) {
    const [namespace = '', pod = ''] = names.slice(name, name + 2);
    const at = (name / 2) * POD_NUMBERS;
    yield {
      namespace,
      pod,
      answers: numbers.subarray(at, at + FAILURES_AT),
      failures: numbers.subarray(at + FAILURES_AT, at + EJECTIONS_AT),
      ejections: numbers[at + EJECTIONS_AT] as number,
      sum: numbers[at + SUM_AT] as number,
      buckets: numbers.subarray(at + BUCKETS_AT, at + POD_NUMBERS),
    };
  }
}
