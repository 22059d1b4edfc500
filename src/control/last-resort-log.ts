import type { Logger } from '../telemetry/logger.ts';

/** Milliseconds from a change to the check, because several nodes do not lose contact at the same moment. */
const CHECK_DELAY = 1_000;

/**
 * Logs when routes without a Ready pod begin to use pods that are unready only because their node lost contact, and when no route
 * does any more.
 */
export class LastResortLog {
  readonly #logger: Logger;
  /** Number of routes that use such pods now. */
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
    setTimeout(() => this.#check(), CHECK_DELAY).unref();
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
