/**
 * The open streams of a connection by number: a hash table with linear probing, in one array for the numbers and one for the
 * streams. It is not a Map: V8 replaces the table of a Map with many insertions and deletions, and the old table refers to the new
 * one. Once an old table is in the old generation, the tables after it, and the streams that were open when a table was replaced,
 * stay reachable until V8 collects the whole heap.
 */
export class NumberedStreams<Stream> {
  /** Streams in the table. */
  size = 0;
  /** The stream's number at each place; 0: the place is free. The length is a power of two, and at least half is free. */
  #ids: number[] = [0, 0, 0, 0];
  #streams: (Stream | undefined)[] = [undefined, undefined, undefined, undefined];

  get(id: number): Stream | undefined {
    return this.#streams[this.#placeOf(id)];
  }

  has(id: number): boolean {
    return this.#ids[this.#placeOf(id)] === id;
  }

  set(id: number, stream: Stream): this {
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
    // Streams after the gap move up if a search for them would stop at the gap.
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

  /** Calls `seen` for each stream; `seen` may delete any stream, and a deleted one is not visited. */
  forEach(seen: (stream: Stream, id: number) => void): void {
    const [ids, streams] = [[...this.#ids], [...this.#streams]];
    for (const [at, id] of ids.entries()) if (id !== 0 && this.has(id)) seen(streams[at] as Stream, id);
  }

  some(fits: (stream: Stream) => boolean): boolean {
    return this.#streams.some((stream) => stream !== undefined && fits(stream));
  }

  /** The place of the number, or the free place where it belongs. */
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

/** The place at which a search begins. All numbers of a table are odd, so the lowest bit is dropped. */
function homeOf(id: number, mask: number): number {
  return (id >> 1) & mask;
}
