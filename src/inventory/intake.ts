import type { ObjectId } from '../wiring/object-id.ts';
import type { Causes } from './causes.ts';
import type { ClusterEvent } from './event.ts';
import type { ObjectStore, Rest } from './object-store.ts';

/** Number of pieces of a list that are processed at once with its event: all pieces of a small list. */
const MAX_SYNCHRONOUS_PIECES = 8;

/**
 * Processes events in order. A large list takes effect in pieces, and the event loop turns between them. Events that
 * arrive meanwhile, of any kind, wait until the list has taken effect.
 */
export class Intake {
  readonly #causes: Causes;
  #list: Rest;
  #waiting: (() => Rest)[] = [];

  /** @param causes records which objects change */
  constructor(causes: Causes) {
    this.#causes = causes;
  }

  /** @param listed is called when a list has taken effect */
  take<T extends ObjectId>(
    kind: string,
    store: ObjectStore<T>,
    event: ClusterEvent<T>,
    listed?: () => void,
  ): void {
    if (this.isBusy) this.#waiting.push(() => this.#handle(kind, store, event, listed));
    else this.#begin(this.#handle(kind, store, event, listed));
  }

  #handle<T extends ObjectId>(
    kind: string,
    store: ObjectStore<T>,
    event: ClusterEvent<T>,
    listed: (() => void) | undefined,
  ): Rest {
    const rest = this.#causes.deliver(kind, store, event);
    return rest && followed(rest, listed);
  }

  #begin(list: Rest): void {
    for (let piece = 0; piece < MAX_SYNCHRONOUS_PIECES; piece += 1)
      if (list === undefined || list.next().done === true) return;
    this.#list = list;
  }

  /** A list has not taken effect yet, and neither have the events after it. */
  get isBusy(): boolean {
    return this.#list !== undefined;
  }

  /**
   * Processes the list and the waiting events, including those that arrive meanwhile. Yields after every bounded piece
   * of work.
   */
  *settle(): Generator<void, void> {
    if (this.#list === undefined) return;
    yield* this.#list;
    // The loop also reaches events that are added while it runs.
    for (const take of this.#waiting) {
      const list = take();
      if (list !== undefined) yield* list;
      yield;
    }
    this.#waiting = [];
    this.#list = undefined;
  }
}

function* followed(rest: Generator<void, void>, then: (() => void) | undefined): Generator<void, void> {
  yield* rest;
  then?.();
}
