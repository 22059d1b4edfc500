import { type FSWatcher, watch } from 'node:fs';
import type { Clock } from '../clock.ts';

/** Milliseconds. Editors and copies write in several steps; a folder is looked at when they pause. */
const SETTLE = 50;
/** But not later than this many pauses after the first sign. */
const MAX_PAUSES = 10;
/** Milliseconds. What the kernel does not tell (network file systems, targets of links) is found by looking. */
const RESCAN = 5000;

/** Says when a folder is worth looking at. */
export class FolderAlarm {
  readonly #clock: Clock;
  #watcher: FSWatcher | undefined;
  #watched: string | undefined;
  #signs = 0;
  #wake: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Listen to this folder. `identity` tells it from another one that was put in its place. */
  listen(directory: string, identity: string): void {
    if (identity === this.#watched) return;
    this.close();
    try {
      this.#watcher = watch(directory, () => this.again());
      this.#watcher.on('error', () => this.close());
      this.#watched = identity;
    } catch {
      // No folder, or no more inotify handles: the rescan has to do.
      this.close();
    }
  }

  /** Resolves when something changed and came to rest, after the rescan interval at the latest, or on `signal`. */
  async next(signal: AbortSignal): Promise<void> {
    const awake = new AbortController();
    this.#wake = () => awake.abort();
    signal.addEventListener('abort', this.#wake);
    if (this.#signs === 0 && !signal.aborted) await this.#clock.sleep(RESCAN, awake.signal);
    signal.removeEventListener('abort', this.#wake);
    for (let pause = 0; pause < MAX_PAUSES && this.#signs > 0; pause++) {
      this.#signs = 0;
      await this.#clock.sleep(SETTLE, signal);
    }
  }

  /** Something changed, or is about to. */
  again(): void {
    this.#signs += 1;
    this.#wake();
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watched = undefined;
  }
}
