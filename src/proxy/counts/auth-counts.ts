import type { AuthFigures, AuthResult } from '../../boundary/auth-figures.ts';
import { DURATION_BUCKETS } from '../../boundary/figures.ts';
import { bucketOf } from './bucket.ts';

interface Counted {
  readonly service: string;
  readonly answers: Partial<Record<AuthResult, number>>;
  readonly buckets: number[];
  sum: number;
}

/** The counts of one worker for the services of `auth=` that it follows. Other services are not counted. */
export class AuthCounts {
  readonly #services = new Map<string, Counted>();
  readonly #touched = new Set<Counted>();

  /** Counts this service from now on. It is reported once even if podway never asks it. */
  follow(service: string): void {
    const counted = nothing(service);
    this.#services.set(service, counted);
    this.#touched.add(counted);
  }

  /** @param seconds since the question; undefined if this time does not measure the service */
  ended(service: string, result: AuthResult, seconds?: number): void {
    const counted = this.#services.get(service);
    if (counted === undefined) return;
    this.#touched.add(counted);
    counted.answers[result] = (counted.answers[result] ?? 0) + 1;
    if (seconds === undefined) return;
    counted.buckets[bucketOf(seconds, DURATION_BUCKETS)]! += 1;
    counted.sum += seconds;
  }

  /** The increments since the last call. */
  take(): AuthFigures[] {
    const taken = [...this.#touched];
    this.#touched.clear();
    for (const { service } of taken) this.#services.set(service, nothing(service));
    return taken;
  }
}

function nothing(service: string): Counted {
  const buckets = Array.from({ length: DURATION_BUCKETS.length + 1 }, () => 0);
  return { service, answers: {}, buckets, sum: 0 };
}
