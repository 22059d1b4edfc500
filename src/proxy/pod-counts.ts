import type { Endpoint } from '../routing/route.ts';
import { type FailureReason, UPSTREAM_FAILURES } from './failure.ts';

/** Upper bounds of a pod's latency buckets, in seconds; one more takes the rest. Fewer than a route's: pods are many. */
export const POD_BUCKETS = [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10] as const;

/** Classes of status codes, 1xx to 5xx. */
export const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** Which numbers stand where: answers by class, failures by reason, ejections, then the sum of latencies and its buckets. */
const FAILURES = STATUS_CLASSES.length;
const EJECTIONS = FAILURES + UPSTREAM_FAILURES.length;
const SUM = EJECTIONS + 1;
const BUCKETS = SUM + 1;
const NUMBERS = BUCKETS + POD_BUCKETS.length + 1;

/** What was counted of one pod. */
export interface PodIncrement {
  readonly namespace: string;
  readonly pod: string;
  /** By class, see STATUS_CLASSES. */
  readonly answers: ArrayLike<number>;
  /** By reason, see UPSTREAM_FAILURES. */
  readonly failures: ArrayLike<number>;
  readonly ejections: number;
  /** Seconds from request sent to response head read. */
  readonly sum: number;
  /** Not cumulative, one more than POD_BUCKETS. */
  readonly buckets: ArrayLike<number>;
}

/** Counts of one endpoint, which holds them: the hot path only adds to plain numbers here. */
export class PodCounts {
  readonly endpoint: Pick<Endpoint, 'namespace' | 'pod'>;
  readonly numbers: number[] = Array.from({ length: NUMBERS }, () => 0);
  #isTouched = false;
  /** Those that have something to report, each once. */
  readonly #touched: PodCounts[];

  constructor(touched: PodCounts[], { namespace, pod }: Endpoint) {
    this.#touched = touched;
    this.endpoint = { namespace, pod };
  }

  /** Its answer's status; seconds until the head of it was read. */
  answered(status: number, seconds: number): void {
    let bucket = 0;
    while (bucket < POD_BUCKETS.length && seconds > (POD_BUCKETS[bucket] as number)) bucket += 1;
    this.#add(SUM, seconds);
    this.#add(BUCKETS + bucket, 1);
    this.answeredWith(status);
  }

  answeredWith(status: number): void {
    this.#touch();
    // RFC 9110 section 15: what is no known class counts as a server error.
    this.#add(status < 600 ? Math.floor(status / 100) - 1 : STATUS_CLASSES.length - 1, 1);
  }

  failed(reason: FailureReason): void {
    const index = UPSTREAM_FAILURES.indexOf(reason);
    if (index < 0) return;
    this.#touch();
    this.#add(FAILURES + index, 1);
  }

  ejected(): void {
    this.#touch();
    this.#add(EJECTIONS, 1);
  }

  /** What it held has been taken. */
  reset(): void {
    this.#isTouched = false;
    this.numbers.fill(0);
  }

  #touch(): void {
    if (this.#isTouched) return;
    this.#isTouched = true;
    this.#touched.push(this);
  }

  #add(at: number, amount: number): void {
    this.numbers[at] = (this.numbers[at] as number) + amount;
  }
}

/** Increments of some pods as one list of texts and one of numbers, which is cheap to clone. */
export interface PackedPods {
  /** Namespace and name of each. */
  readonly names: readonly string[];
  readonly numbers: Float64Array;
}

/** Takes the increments of these pods. */
export function packPods(pods: readonly PodCounts[]): PackedPods {
  const numbers = new Float64Array(pods.length * NUMBERS);
  for (const [index, counts] of pods.entries()) {
    numbers.set(counts.numbers, index * NUMBERS);
    counts.reset();
  }
  return { names: pods.flatMap(({ endpoint }) => [endpoint.namespace, endpoint.pod]), numbers };
}

/** What was packed, one pod after the other. */
export function* unpackPods({ names, numbers }: PackedPods): Generator<PodIncrement, void> {
  for (let name = 0; name < names.length; name += 2) {
    const [namespace = '', pod = ''] = names.slice(name, name + 2);
    const at = (name / 2) * NUMBERS;
    yield {
      namespace,
      pod,
      answers: numbers.subarray(at, at + FAILURES),
      failures: numbers.subarray(at + FAILURES, at + EJECTIONS),
      ejections: numbers[at + EJECTIONS] as number,
      sum: numbers[at + SUM] as number,
      buckets: numbers.subarray(at + BUCKETS, at + NUMBERS),
    };
  }
}
