import { DURATION_BUCKETS, type DurationCount, type SeriesIncrement } from '../boundary/figures.ts';
import { requestKey } from '../boundary/request-key.ts';
import { bucketEnds, histogramLines, labelText } from './exposition.ts';

interface Kind {
  readonly labels: string;
  count: number;
}

interface Durations {
  /** Not cumulative. */
  readonly buckets: number[];
  sum: number;
}

/**
 * Maximum number of combinations of method and status that are distinguished for a route. A pod may answer 900 statuses
 * to 8 methods on thousands of routes.
 */
const MAX_KINDS = 64;

const BUCKET_ENDS = bucketEnds(DURATION_BUCKETS);

/**
 * The counts of one route for one namespace, and their lines in the text format. prom-client's metrics cannot take
 * counts that a worker has put into buckets, and render a whole family at once.
 */
export class RouteSamples {
  readonly #labels: string;
  readonly #kinds = new Map<number, Kind>();
  readonly #durations = new Map<DurationCount['stage'], Durations>();

  /** @param labels the text of the labels that all its samples have */
  constructor(labels: string) {
    this.#labels = labels;
  }

  add({ requests, durations }: SeriesIncrement): void {
    for (const { method, code, count } of requests) this.#kind(method, code).count += count;
    for (const duration of durations) this.#addDuration(duration);
  }

  /** Above the maximum, podway distinguishes only the class of the status. */
  #kind(method: string, code: number): Kind {
    const known = this.#kinds.get(requestKey(method, code));
    if (known !== undefined) return known;
    if (this.#kinds.size < MAX_KINDS) return this.#newKind(requestKey(method, code), method, `${code}`);
    const hundreds = Math.floor(code / 100);
    return this.#kinds.get(-hundreds) ?? this.#newKind(-hundreds, 'OTHER', `${hundreds}xx`);
  }

  #newKind(key: number, method: string, code: string): Kind {
    const kind = { labels: `${this.#labels},${labelText({ method, code })}`, count: 0 };
    this.#kinds.set(key, kind);
    return kind;
  }

  requestLines(name: string): string {
    let text = '';
    for (const { labels, count } of this.#kinds.values()) text += `${name}{${labels}} ${count}\n`;
    return text;
  }

  /** Cumulative buckets, sum and count; empty if no duration was counted. */
  durationLines(name: string, stage: DurationCount['stage']): string {
    const durations = this.#durations.get(stage);
    if (durations === undefined) return '';
    return histogramLines(name, this.#labels, { ends: BUCKET_ENDS, ...durations });
  }

  #addDuration({ stage, buckets, sum }: DurationCount): void {
    let durations = this.#durations.get(stage);
    if (durations === undefined) {
      durations = { buckets: BUCKET_ENDS.map(() => 0), sum: 0 };
      this.#durations.set(stage, durations);
    }
    for (let index = 0; index < BUCKET_ENDS.length; index += 1)
      durations.buckets[index] = (durations.buckets[index] ?? 0) + (buckets[index] ?? 0);
    durations.sum += sum;
  }
}
