import type { ObjectId } from '../wiring/object-id.ts';
import type { Causes } from './causes.ts';
import type { ClusterEvent } from './event.ts';
import type { ObjectStore, Rest } from './object-store.ts';

/** Pieces of a list that take effect with its event: all of a small one. */
const AT_ONCE = 8;

/**
 * Takes in events one after the other. A large list takes effect in pieces, with turns of the event loop between them; events
 * that come meanwhile, also of other kinds, wait until it has.
 */
export class Intake {
  readonly #causes: Causes;
  #list: Rest;
  #waiting: (() => Rest)[] = [];

  /** @param causes notes what changes */
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
    for (let piece = 0; piece < AT_ONCE; piece += 1)
      if (list === undefined || list.next().done === true) return;
    this.#list = list;
  }

  /** A list has not taken effect, and what came after it has not either. */
  get isBusy(): boolean {
    return this.#list !== undefined;
  }

  /** Ends when all events have taken effect, also those that arrive meanwhile. Yields after every bounded piece of work. */
  *settle(): Generator<void, void> {
    if (this.#list === undefined) return;
    yield* this.#list;
    // Those that are added meanwhile come after the others.
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
