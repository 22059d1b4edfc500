import type { ApiFailure } from './failure.ts';
import type { ResourceStatus } from './resource-status.ts';

/** How far a list+watch has come: what the next request starts from. */
export class WatchPosition {
  #version: string | undefined;
  #advanced = false;
  /** There was an object in the last list or since. */
  hadObjects = false;
  /** The server forgot a `continue` token: paging was too slow for it, so the next list asks for everything at once. */
  unpaged = false;
  /** A streamed list came to nothing after it had begun: the next one is paged. */
  pagesNext = false;
  /** The server has sent a bookmark, so it will send more. */
  bookmarked = false;

  /** Where a watch resumes; undefined when only a list can help. */
  get version(): string | undefined {
    return this.#version;
  }

  /** The current watch has brought something new: the version moved since `watchStarted`. */
  get advanced(): boolean {
    return this.#advanced;
  }

  /** A list was complete: it is where the watch goes on from. */
  listed(version: string, objects: number): void {
    this.moveTo(version);
    this.hadObjects = objects > 0;
    this.pagesNext = false;
  }

  watchStarted(): void {
    this.#advanced = false;
  }

  moveTo(version: string): void {
    this.#advanced ||= version !== this.#version;
    this.#version = version;
  }

  /**
   * A watch that brought news before it broke off starts the counting of failures anew. Not so when everything has to
   * be listed again: a server that spoils every watch after its first event must not be listed five times a second.
   */
  failed(failure: ApiFailure, status: ResourceStatus): void {
    if (failure.relist) this.#version = undefined;
    else if (this.#advanced) status.healthy();
    this.#advanced = false;
    status.failed(failure);
  }
}
