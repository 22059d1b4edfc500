import type { Logger } from '../telemetry/logger.ts';

/** Milliseconds between two checks: nodes do not fall silent all in one moment. */
const PACE = 1_000;

/**
 * Logs when routes begin to be served by pods that only their nodes' silence made unready, for lack of ready
 * ones, and when that is over.
 */
export class LastResortLog {
  readonly #logger: Logger;
  /** How many routes are served so now. */
  readonly #routes: () => number;
  #reported = 0;
  #waits = false;

  constructor(logger: Logger, routes: () => number) {
    this.#logger = logger;
    this.#routes = routes;
  }

  /** Endpoints have changed. */
  touch(): void {
    if (this.#waits) return;
    this.#waits = true;
    setTimeout(() => this.#check(), PACE).unref();
  }

  #check(): void {
    this.#waits = false;
    const routes = this.#routes();
    const before = this.#reported;
    this.#reported = routes;
    if (before === 0 && routes > 0) {
      this.#logger.warn(
        { routes },
        'routes without a Ready pod: requests go to pods whose node has stopped reporting them',
      );
    } else if (before > 0 && routes === 0) {
      this.#logger.info({ routes }, 'no route depends on pods of silent nodes any more');
    }
  }
}
