/** Orders the events about keys of namespaces: answers and lists prove something only about events before them. */
export class KeyTimeline {
  #number = 0;
  #listRequested = 0;
  #podsListed: number | undefined;

  /** The number of what happens now, larger than all before. */
  next(): number {
    this.#number += 1;
    return this.#number;
  }

  /** When the last list of Secrets was asked for. */
  get listRequested(): number {
    return this.#listRequested;
  }

  /** The last list of Secrets was asked for after pods were listed: it says of all their namespaces whether they have one. */
  get listCoversPods(): boolean {
    return this.#podsListed !== undefined && this.#podsListed < this.#listRequested;
  }

  /** A list of pods is complete; only the first counts. */
  podsListed(): void {
    this.#podsListed ??= this.next();
  }

  /** A list of Secrets is asked for. */
  requestList(): void {
    this.#listRequested = this.next();
  }
}
