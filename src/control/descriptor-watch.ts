import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Logger } from '../telemetry/logger.ts';

/** Milliseconds between two looks; one costs some microseconds. */
const LOOK_EVERY = 250;
/** Milliseconds between two log lines about it, however long it goes on. */
const TELL_EVERY = 60_000;

/**
 * Notices that the process has no file descriptor left. Nobody else does: libuv closes the connections that it cannot
 * accept (uv__emfile_trick) and reports nothing, and clients see an end without an answer.
 */
export class DescriptorWatch {
  readonly #logger: Logger;
  readonly #look: () => void;
  #shortages = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** `look` opens something and closes it again; it throws what the system says. */
  constructor(logger: Logger, look: () => void = () => closeSync(openSync(devNull, 'r'))) {
    this.#logger = logger;
    this.#look = look;
  }

  /** Looks that found none free, since the start. */
  get shortages(): number {
    return this.#shortages;
  }

  start(): void {
    setInterval(() => this.look(performance.now()), LOOK_EVERY).unref();
  }

  /** `now` in milliseconds of performance.now(). */
  look(now: number): void {
    try {
      this.#look();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A null device that is missing or forbidden says nothing about descriptors.
      if (code !== 'EMFILE' && code !== 'ENFILE') return;
      this.#shortages += 1;
      if (now - this.#toldAt < TELL_EVERY) return;
      this.#toldAt = now;
      this.#logger.error(
        { code },
        'no file descriptor left: new connections are closed; see MAX_CONNECTIONS',
      );
    }
  }
}
