import type { ObjectId } from '../../wiring/object-id.ts';
import type { ApiFailure } from '../api/api-failure.ts';
import { isOlder } from './resource-version.ts';
import type { ResourceStatus } from './status.ts';
import type { WatchOptions } from './options.ts';

/** How far a list+watch has come: what the next request starts from. */
export class WatchPosition {
  #version: string | undefined;
  /** The latest version of this resource that was listed or watched, kept while `#version` is not. */
  #newest: string | undefined;
  #advanced = false;
  #doubting = false;
  #origin: string | undefined;
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

  /** The cluster that `version` is of. */
  get origin(): string | undefined {
    return this.#origin;
  }

  /**
   * A list comes from this cluster: what was known of another one says nothing about it.
   *
   * @returns whether there was another one
   */
  at(origin: string): boolean {
    const moved = this.#origin !== undefined && this.#origin !== origin;
    if (moved) {
      this.#newest = undefined;
      this.hadObjects = false;
      this.bookmarked = false;
    }
    this.#origin = origin;
    return moved;
  }

  /**
   * Whether a list of this version may be used. One that is older than what was listed or watched before is not: a
   * server that lags behind sent it, and its objects would bring back what is gone. It is asked for again, in pages
   * and without a resourceVersion, which is a quorum read. What that says is true even if its number is lower: then
   * etcd was restored from a backup.
   */
  accepts(
    version: string,
    { resource, status }: Pick<WatchOptions<ObjectId>, 'resource' | 'status'>,
  ): boolean {
    const newest = this.#newest;
    if (newest === undefined || !isOlder(version, newest)) return true;
    const what = `the list of ${resource.name} has resourceVersion ${version}, older than ${newest} seen before`;
    if (this.#doubting) {
      status.problem(
        'version-went-back',
        `${what}; a second list confirms it (etcd restored from a backup?)`,
      );
      return true;
    }
    status.problem('older-list', `${what}; asking again`);
    this.#doubting = true;
    this.pagesNext = true;
    return false;
  }

  /** A list was complete: it is where the watch goes on from. */
  listed(version: string, objects: number): void {
    this.#newest = undefined;
    this.moveTo(version);
    this.hadObjects = objects > 0;
    this.pagesNext = false;
    this.#doubting = false;
  }

  watchStarted(): void {
    this.#advanced = false;
  }

  moveTo(version: string): void {
    this.#advanced ||= version !== this.#version;
    this.#version = version;
    if (this.#newest === undefined || !isOlder(version, this.#newest)) this.#newest = version;
  }

  /**
   * A watch that brought news before it broke off starts the counting of failures anew. Not so when everything has to
   * be listed again: a server that spoils every watch after its first event must not be listed five times a second.
   */
  failed(failure: ApiFailure, status: ResourceStatus): void {
    if (!failure.relist && this.#advanced) status.healthy();
    this.broke(failure);
    status.failed(failure);
  }

  /** A list or watch is over. */
  broke({ relist }: ApiFailure): void {
    if (relist) this.#version = undefined;
    this.#advanced = false;
  }
}
