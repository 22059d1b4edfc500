import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../telemetry/logger.ts';

export interface ShutdownOptions {
  readonly logger: Logger;
  /** Milliseconds to go on serving while `/readyz` already fails. */
  readonly drainDelay: number;
  /** Whether clients could be sending requests; a router that was never ready does not wait for any. */
  readonly serving: () => boolean;
  /** Fails the health checks of balancers on the routed port; serving goes on. */
  readonly leave: () => void;
  /**
   * Ends the data plane as gently as it can, within the drain timeout and `most` milliseconds; resolves with the number of
   * exchanges that were cut.
   */
  readonly drain: (most: number) => Promise<number>;
  /** Ends the process. */
  readonly exit: (code: number) => void;
}

/** The exit after a fault in the control plane is due within five seconds (hazards PR-09). */
const FAULT_DRAIN = 4_000;
/** After which the last exchanges are cut then: what they get still has to leave. */
const FAULT_CUT = 3_500;

/**
 * The end of the process.
 *
 * | what | then |
 * |---|---|
 * | SIGTERM, SIGINT | not ready at once; serve `drainDelay`; drain; exit 0 |
 * | the same again | exit at once, 130 or 143 |
 * | a fault (uncaught error, unhandled rejection) | logged; not ready; drain at most 4 s; exit 1 |
 * | the data plane cannot go on | one line; drain what is left at most 4 s; exit 1, or 2 for a port that is taken |
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

  /** Ends the process with `code` soon; the reason has been logged. */
  fail(code: number): void {
    if (this.#failed) return;
    this.#failed = true;
    void this.#fail(code);
  }

  async #fail(code: number): Promise<void> {
    const { drain, exit } = this.#options;
    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(limit.resolve, FAULT_DRAIN);
    await Promise.race([drain(FAULT_CUT).catch(() => 0), limit.promise]);
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
