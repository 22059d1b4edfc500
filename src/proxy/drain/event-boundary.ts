const LF = 0x0a;
const CR = 0x0d;

/**
 * Finds where the events of a stream end: after a blank line (HTML, section 9.2.5 "Parsing an event stream"; lines end
 * with LF, CR or CRLF). The bytes may come in pieces of any size.
 */
export class EventBoundary {
  /** Number of consecutive line ends at the end of the bytes so far; 2 for a stream that has not begun. */
  #lines = 2;
  #afterCr = false;

  /** No event is under way. */
  get isBetween(): boolean {
    return this.#lines >= 2;
  }

  /** Processes all of `buf[start, end)`. */
  take(buf: Buffer, start: number, end: number): void {
    let at = end;
    // Only the line ends at the end of a chunk count.
    while (at > start && isLineEnd(buf[at - 1] as number)) at -= 1;
    if (at > start) this.#forget();
    for (; at < end; at += 1) this.#byte(buf[at] as number);
  }

  /**
   * Processes bytes up to the end of the event that is under way, or all bytes, and returns the offset after them. It
   * includes the LF of a CRLF, since not all clients know that the CR alone ends the event.
   */
  takeEvent(buf: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && (!this.isBetween || (this.#afterCr && buf[at] === LF)))
      this.#byte(buf[at++] as number);
    return at;
  }

  #byte(byte: number): void {
    if (byte === CR || (byte === LF && !this.#afterCr)) this.#lines += 1;
    else if (byte !== LF) this.#lines = 0;
    this.#afterCr = byte === CR;
  }

  #forget(): void {
    this.#lines = 0;
    this.#afterCr = false;
  }
}

function isLineEnd(byte: number): boolean {
  return byte === LF || byte === CR;
}
