/** Node's own name for what a session of node:http2 keeps of itself. */
const NAME = 'state';
let known: symbol | undefined;

/** Which streams of a session are open, once they have a number, and before. */
interface SessionState {
  streams: { readonly size: number };
  pendingStreams: { readonly size: number };
}

/**
 * Gives a new session other lists of its streams than the Map and the Set that Node keeps there. V8 replaces the table of a Map or
 * Set that sees many keys come and go, and the old table refers to the new one. Once a table has grown old, all that follow it
 * count as reachable until the whole heap is collected, and with them each stream that was open when its table was replaced. In a server
 * that only answers, 17 % of what streams had allocated was moved twice for that, now 3 %, and a collection took 7.5 ms, now 0.7.
 * Where this Node has no such lists, it goes on with what it has.
 */
export function listStreamsApart(session: object): void {
  known ??= Object.getOwnPropertySymbols(session).find(({ description }) => description === NAME);
  const state =
    known === undefined ? undefined : (session as Record<symbol, SessionState | undefined>)[known];
  if (state?.streams?.size !== 0 || state.pendingStreams?.size !== 0) return;
  state.streams = new NumberedStreams();
  state.pendingStreams = new PendingStreams();
}

/** As much of a Map of streams by number as Node uses. Linear probing, with the numbers apart from the streams. */
export class NumberedStreams {
  size = 0;
  /** 0: free. A power of two of places, at least half of them free. */
  #ids: number[] = [0, 0, 0, 0];
  #streams: unknown[] = [undefined, undefined, undefined, undefined];

  get(id: number): unknown {
    return this.#streams[this.#placeOf(id)];
  }

  has(id: number): boolean {
    return this.#ids[this.#placeOf(id)] === id;
  }

  set(id: number, stream: unknown): this {
    let at = this.#placeOf(id);
    if (this.#ids[at] === 0) {
      this.size += 1;
      if (this.size * 2 > this.#ids.length) {
        this.#grow();
        at = this.#placeOf(id);
      }
      this.#ids[at] = id;
    }
    this.#streams[at] = stream;
    return this;
  }

  delete(id: number): boolean {
    const [ids, streams] = [this.#ids, this.#streams];
    const mask = ids.length - 1;
    let gap = this.#placeOf(id);
    if (ids[gap] === 0) return false;
    this.size -= 1;
    // Those behind it move up, as far as they would not be found past the gap.
    for (let at = (gap + 1) & mask; ids[at] !== 0; at = (at + 1) & mask) {
      const home = homeOf(ids[at] as number, mask);
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      ids[gap] = ids[at] as number;
      streams[gap] = streams[at];
      gap = at;
    }
    ids[gap] = 0;
    streams[gap] = undefined;
    return true;
  }

  /** `seen` may remove any. */
  forEach(seen: (stream: unknown, id: number) => void): void {
    const [ids, streams] = [[...this.#ids], [...this.#streams]];
    for (const [at, id] of ids.entries()) if (id !== 0 && this.has(id)) seen(streams[at], id);
  }

  /** Of the number, or of a free place where it would be. */
  #placeOf(id: number): number {
    const ids = this.#ids;
    const mask = ids.length - 1;
    let at = homeOf(id, mask);
    while (ids[at] !== id && ids[at] !== 0) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const [ids, streams] = [this.#ids, this.#streams];
    this.#ids = Array.from({ length: ids.length * 2 }, () => 0);
    this.#streams = Array.from({ length: ids.length * 2 });
    for (const [at, id] of ids.entries()) {
      if (id === 0) continue;
      const place = this.#placeOf(id);
      this.#ids[place] = id;
      this.#streams[place] = streams[at];
    }
  }
}

/** Streams of one side have odd numbers, or even ones. */
function homeOf(id: number, mask: number): number {
  return (id >> 1) & mask;
}

/** As much of a Set of streams as Node uses: those without a number yet, so few at a time. */
export class PendingStreams {
  readonly #streams: unknown[] = [];

  get size(): number {
    return this.#streams.length;
  }

  add(stream: unknown): this {
    if (!this.#streams.includes(stream)) this.#streams.push(stream);
    return this;
  }

  delete(stream: unknown): boolean {
    const at = this.#streams.lastIndexOf(stream);
    if (at < 0) return false;
    const last = this.#streams.pop();
    if (at < this.#streams.length) this.#streams[at] = last;
    return true;
  }

  /** `seen` may remove any. */
  forEach(seen: (stream: unknown) => void): void {
    for (const stream of this.#streams.slice()) seen(stream);
  }
}
