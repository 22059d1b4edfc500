import { type FSWatcher, watch } from 'node:fs';
import type { Clock } from '../clock.ts';

/** Milliseconds. Polling finds changes that the kernel does not report (network file systems, targets of links). */
const RESCAN = 5000;

/** What to look at: some files, or everything. */
export type Changed = ReadonlySet<string> | 'all';

/** Reports at once what changed in a folder. Other code decides whether to accept a new state yet. */
export class FolderWatcher {
  readonly #clock: Clock;
  readonly #isFile: (name: string) => boolean;
  #watcher: FSWatcher | undefined;
  #watched: string | undefined;
  #names = new Set<string>();
  #all = false;
  #rescanAt: number;
  #wake: () => void = () => undefined;

  /**
   * @param isFile whether a name is that of a file to look at; other changed names may be links on the way to a file
   */
  constructor(clock: Clock, isFile: (name: string) => boolean) {
    this.#clock = clock;
    this.#isFile = isFile;
    this.#rescanAt = clock.now() + RESCAN;
  }

  /** Watches this folder. `identity` distinguishes it from another folder that replaced it. */
  listen(directory: string, identity: string): void {
    if (identity === this.#watched) return;
    this.close();
    try {
      this.#watcher = watch(directory, (_, name) => this.#changed(name));
      this.#watcher.on('error', () => this.close());
      this.#watched = identity;
    } catch {
      // There is no folder, or no inotify handle is left: the rescan has to suffice.
      this.close();
    }
  }

  /**
   * What has changed since the last call. Resolves at the next change, at `due`, at the next rescan, or when `signal`
   * aborts.
   */
  async next(signal: AbortSignal, due = Number.POSITIVE_INFINITY): Promise<Changed> {
    const left = Math.min(due, this.#rescanAt) - this.#clock.now();
    if (!this.#all && this.#names.size === 0 && left > 0 && !signal.aborted) {
      const awake = new AbortController();
      this.#wake = () => awake.abort();
      signal.addEventListener('abort', this.#wake);
      await this.#clock.sleep(Math.ceil(left), awake.signal);
      signal.removeEventListener('abort', this.#wake);
      this.#wake = () => undefined;
    }
    return this.#take();
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watched = undefined;
  }

  #take(): Changed {
    const names = this.#names;
    const all = this.#all || this.#clock.now() >= this.#rescanAt;
    this.#names = new Set();
    this.#all = false;
    if (!all) return names;
    this.#rescanAt = this.#clock.now() + RESCAN;
    return 'all';
  }

  /**
   * A ConfigMap volume replaces `..data`, a link in the path of all its files. Other hidden names belong to editors.
   */
  #changed(name: string | null): void {
    if (name !== null && this.#isFile(name)) this.#names.add(name);
    else if (name === null || !/^\.(?!\.)/.test(name)) this.#all = true;
    else return;
    this.#wake();
  }
}
