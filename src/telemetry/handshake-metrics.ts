import {
  HANDSHAKE_BUCKETS,
  HANDSHAKE_FAILURES,
  type HandshakeFailure,
  type HandshakeFigures,
} from '../boundary/handshakes.ts';
import { histogramLines, slices } from './exposition.ts';
import { accumulate, histogramSeries } from './histogram-series.ts';
import type { SmallFamilies } from './small-families.ts';

const SECONDS = 'podway_tls_handshake_seconds';

/** The families of TLS handshakes. */
export class HandshakeMetrics {
  readonly #done;
  readonly #failed;
  readonly #durations = [series(false), series(true)] as const;

  constructor(families: SmallFamilies) {
    this.#done = families.counter('podway_tls_handshakes_total', 'Completed TLS handshakes', [
      'version',
      'resumed',
    ]);
    this.#failed = families.counter(
      'podway_tls_handshake_failures_total',
      'Failed TLS handshakes, by reason',
      ['reason'],
    );
    // An alert about a rate needs the value before the first increment.
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

  /** Renders the families that SmallFamilies does not have. */
  render(): AsyncGenerator<string, void> {
    return slices({
      name: SECONDS,
      help: 'Time from the first byte of the TLS handshake of a client to its end',
      type: 'histogram',
      items: this.#durations,
      lines: (it) => histogramLines(SECONDS, it.labels, it),
    });
  }
}

function series(resumed: boolean) {
  return histogramSeries({ resumed: String(resumed) }, HANDSHAKE_BUCKETS);
}
