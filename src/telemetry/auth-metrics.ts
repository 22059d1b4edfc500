import { AUTH_RESULTS, type AuthFigures, type AuthResult } from '../boundary/auth-figures.ts';
import { DURATION_BUCKETS } from '../boundary/figures.ts';
import { histogramLines, slices } from './exposition.ts';
import { accumulate, type HistogramSeries, histogramSeries } from './histogram-series.ts';
import type { SmallFamilies } from './small-families.ts';

const SECONDS = 'podway_auth_duration_seconds';

/**
 * The families of services of `auth=`; without a service they have no series. The operator names the services, so they
 * are few.
 */
export class AuthMetrics {
  readonly #answers;
  readonly #durations = new Map<string, HistogramSeries>();

  constructor(families: SmallFamilies) {
    this.#answers = families.counter(
      'podway_auth_answers_total',
      'Requests to services of auth=, by result',
      ['service', 'result'],
    );
  }

  /** Call it exactly once with all increments. */
  add(figures: readonly AuthFigures[]): void {
    for (const { service, answers, ...durations } of figures) {
      for (const [result, count] of Object.entries(answers)) this.#answers.inc({ service, result }, count);
      accumulate(this.#durations.get(service) ?? this.#begin(service), durations);
    }
  }

  /** Renders the families that SmallFamilies does not have. */
  render(): AsyncGenerator<string, void> {
    return slices({
      name: SECONDS,
      help: 'Time from the start of a request to a service of auth= until its complete response or its failure',
      type: 'histogram',
      items: this.#durations.values(),
      lines: (it) => histogramLines(SECONDS, it.labels, it),
    });
  }

  #begin(service: string): HistogramSeries {
    // An alert about a rate needs the value before the first increment.
    for (const result of Object.keys(AUTH_RESULTS) as AuthResult[]) this.#answers.inc({ service, result }, 0);
    const series = histogramSeries({ service }, DURATION_BUCKETS);
    this.#durations.set(service, series);
    return series;
  }
}
