/** A connection's place in at most one queue. */
export class Place<T> {
  readonly owner: T;
  queue: ConnectionQueue<T> | undefined;
  before: Place<T> | undefined;
  after: Place<T> | undefined;

  constructor(owner: T) {
    this.owner = owner;
  }

  /** Leaves its queue, if it is in one. */
  leave(): void {
    this.queue?.remove(this);
  }
}

/**
 * Connections in the order in which they were appended. The connections contain the links, so no operation allocates or
 * searches.
 */
export class ConnectionQueue<T> {
  first: Place<T> | undefined;
  size = 0;
  #last: Place<T> | undefined;

  /** Moves a place to the end of this queue. */
  append(place: Place<T>): void {
    place.leave();
    place.queue = this;
    place.before = this.#last;
    if (this.#last === undefined) this.first = place;
    else this.#last.after = place;
    this.#last = place;
    this.size += 1;
  }

  remove(place: Place<T>): void {
    const { before, after } = place;
    if (before === undefined) this.first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    place.queue = undefined;
    place.before = undefined;
    place.after = undefined;
    this.size -= 1;
  }
}
