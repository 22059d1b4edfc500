import {
  HANDSHAKE_BUCKETS,
  HANDSHAKE_FAILURES,
  type HandshakeDurations,
  type HandshakeFailure,
  type HandshakeFigures,
} from '../boundary/handshakes.ts';
import { bucketEnds, histogramLines, labelText, slices } from './exposition.ts';
import type { SmallFamilies } from './small-families.ts';

const SECONDS = 'podway_tls_handshake_seconds';

/** The families of TLS handshakes. */
export class HandshakeMetrics {
  readonly #done;
  readonly #failed;
  readonly #durations = [series(false), series(true)] as const;

  constructor(families: SmallFamilies) {
    this.#done = families.counter('podway_tls_handshakes_total', 'TLS handshakes that ended well', [
      'version',
      'resumed',
    ]);
    this.#failed = families.counter(
      'podway_tls_handshake_failures_total',
      'TLS handshakes that came to nothing',
      ['reason'],
    );
    // An alert about rates needs the values before the first ones.
    this.#done.inc({ version: 'TLSv1.3', resumed: 'false' }, 0);
    for (const reason of Object.keys(HANDSHAKE_FAILURES)) this.#fail(reason as HandshakeFailure, 0);
  }

  /** Call it exactly once with all increments. */
  add({ done, failed, full, resumed: again }: HandshakeFigures): void {
    for (const { version, resumed, count } of done)
      this.#done.inc({ version, resumed: String(resumed) }, count);
    for (const { reason, count } of failed) this.#fail(reason, count);
    const [ofFull, ofResumed] = this.#durations;
    accumulate(ofFull, full);
    accumulate(ofResumed, again);
  }

  #fail(reason: HandshakeFailure, count: number): void {
    this.#failed.inc({ reason }, count);
  }

  /** What SmallFamilies does not render. */
  render(): AsyncGenerator<string, void> {
    return slices({
      name: SECONDS,
      help: "First byte of a client's TLS handshake to its end",
      type: 'histogram',
      items: this.#durations,
      lines: (it) => histogramLines(SECONDS, it.labels, it),
    });
  }
}

interface Series extends HandshakeDurations {
  readonly labels: string;
  readonly ends: readonly string[];
  readonly buckets: number[];
  sum: number;
}

function series(resumed: boolean): Series {
  return {
    labels: labelText({ resumed: String(resumed) }),
    ends: bucketEnds(HANDSHAKE_BUCKETS),
    buckets: Array.from({ length: HANDSHAKE_BUCKETS.length + 1 }, () => 0),
    sum: 0,
  };
}

function accumulate(into: Series, { buckets, sum }: HandshakeDurations): void {
  for (const [at, count] of buckets.entries()) into.buckets[at] = (into.buckets[at] as number) + count;
  into.sum += sum;
}
