const EMPTY = Buffer.alloc(0);

/**
 * Received bytes that are not consumed yet, contiguous. Of its own memory, bytes before `start` may still be referred to
 * by pending writes, so they are never written again: the window only grows to the right, or moves to a fresh buffer.
 */
export class ByteWindow {
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;
  #borrowed = false;

  get length(): number {
    return this.end - this.start;
  }

  /** Bytes of memory kept for what is unconsumed. */
  get memory(): number {
    return this.start === this.end ? 0 : this.bytes.length;
  }

  /** Shows `buf[0, size)`, which is its owner's again after `keep()`; after unconsumed bytes it is copied. */
  borrow(buf: Buffer, size: number): void {
    if (this.start < this.end) {
      this.append(buf, 0, size);
      return;
    }
    this.bytes = buf;
    this.start = 0;
    this.end = size;
    this.#borrowed = true;
  }

  /** Copies what is left of borrowed bytes. */
  keep(): void {
    if (!this.#borrowed) return;
    this.#borrowed = false;
    const { bytes, start, end } = this;
    this.clear();
    if (start < end) this.append(bytes, start, end);
  }

  /**
   * Copies, so `source` may be reused. Memory grows to what is needed, at least doubling: a head that drips in costs
   * linear time, and what comes in few pieces little more than its size.
   */
  append(source: Buffer, from: number, to: number): void {
    const size = to - from;
    const length = this.end - this.start;
    if (this.end + size > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(length + size, 2 * length, 1024));
      this.bytes.copy(grown, 0, this.start, this.end);
      this.bytes = grown;
      this.start = 0;
      this.end = length;
    }
    source.copy(this.bytes, this.end, from, to);
    this.end += size;
  }

  clear(): void {
    this.bytes = EMPTY;
    this.start = 0;
    this.end = 0;
  }

  /** Consumes up to the offset `to` of `bytes`. */
  consume(to: number): void {
    if (to >= this.end) this.clear();
    else this.start = to;
  }
}
