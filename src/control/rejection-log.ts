import type { Logger } from '../telemetry/logger.ts';
import type { Rejection } from '../wiring/rejection.ts';

/** A relist can bring thousands at once; `/routes` has them all. */
const MOST_LINES = 50;

/** Tells the log of every rejection once, when it appears. */
export class RejectionLog {
  readonly #logger: Logger;
  #known = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** `rejections`: all there are now. */
  update(rejections: readonly Rejection[]): void {
    const known = this.#known;
    this.#known = new Set();
    let fresh = 0;
    for (const rejection of rejections) {
      const { object, reason, detail } = rejection;
      const key = [object.kind, object.namespace, object.name, reason, detail].join('\n');
      this.#known.add(key);
      if (known.has(key)) continue;
      fresh += 1;
      if (fresh <= MOST_LINES) this.#logger.warn({ ...object, reason, detail }, 'rejected');
    }
    if (fresh > MOST_LINES)
      this.#logger.warn({ more: fresh - MOST_LINES }, 'further rejections, see /routes');
  }
}
