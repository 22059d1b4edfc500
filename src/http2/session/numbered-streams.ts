/**
 * The open streams of a connection by number; linear probing, with the numbers apart from the streams. Not a Map: V8 replaces the
 * table of a Map that sees many keys come and go, and the old table refers to the new one. Once a table has grown old, all that
 * follow it count as reachable until the whole heap is collected, and with them each stream that was open when its table was
 * replaced.
 */
export class NumberedStreams<Stream> {
  size = 0;
  /** 0: free. A power of two of places, at least half of them free. */
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
    // Those after it move up, as far as they would not be found past the gap.
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
  forEach(seen: (stream: Stream, id: number) => void): void {
    const [ids, streams] = [[...this.#ids], [...this.#streams]];
    for (const [at, id] of ids.entries()) if (id !== 0 && this.has(id)) seen(streams[at] as Stream, id);
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

/** Streams of one side have odd numbers. */
function homeOf(id: number, mask: number): number {
  return (id >> 1) & mask;
}
