/**
 * Orders the events about the keys of namespaces. An answer or a list proves something only about events before its
 * request.
 */
export class KeyTimeline {
  #number = 0;
  #listRequested = 0;
  #podsListed: number | undefined;

  /** The number of the current event, larger than all earlier ones. */
  next(): number {
    this.#number += 1;
    return this.#number;
  }

  /** The number of the last request for a list of Secrets; 0 before the first. */
  get listRequested(): number {
    return this.#listRequested;
  }

  /**
   * The last list of Secrets was requested after the pods were listed, so it shows for each of their namespaces whether
   * it has a Secret.
   */
  get listCoversPods(): boolean {
    return this.#podsListed !== undefined && this.#podsListed < this.#listRequested;
  }

  /** A list of pods is complete. Only the first one counts. */
  podsListed(): void {
    this.#podsListed ??= this.next();
  }

  /** A list of Secrets is being requested. */
  requestList(): void {
    this.#listRequested = this.next();
  }
}
