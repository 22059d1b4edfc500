import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../telemetry/logger.ts';

export interface ShutdownOptions {
  readonly logger: Logger;
  /** Milliseconds during which podway continues to serve while `/readyz` already fails. */
  readonly drainDelay: number;
  /** Whether clients may send requests. A router that was never ready does not wait `drainDelay`. */
  readonly serving: () => boolean;
  /** Makes the health checks of load balancers on the routed port fail. podway continues to serve. */
  readonly leave: () => void;
  /**
   * Ends the data plane after its exchanges, within the drain timeout and `most` milliseconds. Resolves with the number of
   * exchanges that were cut off.
   */
  readonly drain: (maxDrain: number) => Promise<number>;
  /** Ends the process. */
  readonly exit: (code: number) => void;
}

/** Maximum milliseconds of a drain after a fault: the process must exit within five seconds (hazards PR-09). */
const FAULT_DRAIN_TIMEOUT = 4_000;
/** Milliseconds after which the last exchanges are then cut off, so their responses can still be sent. */
const FAULT_CUT_TIMEOUT = 3_500;

/**
 * The end of the process.
 *
 * | event | reaction |
 * |---|---|
 * | SIGTERM, SIGINT | not ready at once; serve `drainDelay`; drain; exit 0 |
 * | a second signal | exit at once, 130 or 143 |
 * | a fault (uncaught error, unhandled rejection) | logged; not ready; drain at most 4 s; exit 1 |
 * | the data plane cannot continue | one line; drain the remaining workers at most 4 s; exit 1, or 2 if podway cannot listen |
 */
export class Shutdown {
  readonly #options: ShutdownOptions;
  #signalled = false;
  #failed = false;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  get draining(): boolean {
    return this.#signalled || this.#failed;
  }

  signal(name: 'SIGTERM' | 'SIGINT'): void {
    const { logger, exit } = this.#options;
    if (this.draining) {
      logger.warn({ signal: name }, 'a second signal ends the process at once');
      exit(name === 'SIGINT' ? 130 : 143);
      return;
    }
    this.#signalled = true;
    void this.#drain(name);
  }

  fault(error: unknown): void {
    this.#options.logger.fatal({ err: error }, 'an uncaught error ends the process');
    this.fail(1);
  }

  /** Drains for at most 4 s and ends the process with `code`. The caller has logged the reason. */
  fail(code: number): void {
    if (this.#failed) return;
    this.#failed = true;
    void this.#fail(code);
  }

  async #fail(code: number): Promise<void> {
    const { drain, exit } = this.#options;
    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(limit.resolve, FAULT_DRAIN_TIMEOUT);
    await Promise.race([drain(FAULT_CUT_TIMEOUT).catch(() => 0), limit.promise]);
    clearTimeout(timer);
    exit(code);
  }

  async #drain(signal: string): Promise<void> {
    const { logger, drainDelay, serving, leave, drain, exit } = this.#options;
    leave();
    const wait = serving() ? drainDelay : 0;
    logger.info({ signal, drainDelay: wait }, 'draining');
    await delay(wait);
    if (this.#failed) return;
    const cut = await drain(Number.POSITIVE_INFINITY);
    logger.info({ cut }, 'drained');
    if (!this.#failed) exit(0);
  }
}
