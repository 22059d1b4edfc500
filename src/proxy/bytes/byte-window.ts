const EMPTY = Buffer.alloc(0);

/**
 * Received bytes that are not consumed yet, contiguous in memory. Pending writes may still refer to bytes before
 * `start` in memory of the window, so the window never overwrites them: it only grows to the right, or moves to a new
 * buffer.
 */
export class ByteWindow {
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;
  #borrowed = false;

  get length(): number {
    return this.end - this.start;
  }

  /** Bytes of memory that the window keeps for unconsumed bytes. */
  get memory(): number {
    return this.start === this.end ? 0 : this.bytes.length;
  }

  /**
   * Refers to `buf[0, size)`, which its owner may reuse after `keep()`. If there are unconsumed bytes, copies it after
   * them.
   */
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

  /** Copies the rest of borrowed bytes. */
  keep(): void {
    if (!this.#borrowed) return;
    this.#borrowed = false;
    const { bytes, start, end } = this;
    this.clear();
    if (start < end) this.append(bytes, start, end);
  }

  /**
   * Copies the bytes, so the caller may reuse `source`. Memory grows to the size that is needed, and at least doubles:
   * a head that arrives in many small pieces costs linear time, and one that arrives in few pieces takes little more
   * memory than its size.
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

  /** Consumes the bytes before offset `to` of `bytes`. */
  consume(to: number): void {
    if (to >= this.end) this.clear();
    else this.start = to;
  }
}
