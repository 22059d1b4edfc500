import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Logger } from '../telemetry/logger.ts';

/** Milliseconds between two checks. A check takes some microseconds. */
const CHECK_INTERVAL = 250;
/** Minimum milliseconds between two log lines about a shortage. */
const LOG_INTERVAL = 60_000;

/**
 * Notices that the process has no file descriptor left. podway has no other sign of it: libuv closes the connections that it
 * cannot accept (uv__emfile_trick) without an error, and clients get an end without a response.
 */
export class DescriptorWatch {
  readonly #logger: Logger;
  #shortages = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Number of checks since the start that found no free descriptor. */
  get shortages(): number {
    return this.#shortages;
  }

  start(): void {
    setInterval(() => this.check(performance.now()), CHECK_INTERVAL).unref();
  }

  /** `now` in milliseconds of performance.now(). */
  check(now: number): void {
    try {
      closeSync(openSync(devNull, 'r'));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!isShortage(code)) return;
      this.#shortages += 1;
      if (now - this.#reportedAt < LOG_INTERVAL) return;
      this.#reportedAt = now;
      this.#logger.error(
        { code },
        'no file descriptor left: new connections are closed; see MAX_CONNECTIONS',
      );
    }
  }
}

/** Whether the process or the system is out of descriptors. A missing or forbidden null device gives other errors. */
export function isShortage(code: string | undefined): boolean {
  return code === 'EMFILE' || code === 'ENFILE';
}
