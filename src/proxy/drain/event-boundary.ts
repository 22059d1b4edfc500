const LF = 0x0a;
const CR = 0x0d;

/**
 * Where the events of a stream end: behind a blank line (HTML, section 9.2.5 "Parsing an event stream"; lines end with LF, CR or
 * CRLF). Any bytes may come in any pieces.
 */
export class EventBoundary {
  /** Line ends in a row that the bytes so far ended with; 2 of a stream that has not begun. */
  #lines = 2;
  #afterCr = false;

  /** Nothing of an event is under way. */
  get isBetween(): boolean {
    return this.#lines >= 2;
  }

  /** All of `buf[start, end)` goes by. */
  take(buf: Buffer, start: number, end: number): void {
    let at = end;
    // Only what a chunk ends with counts.
    while (at > start && isLineEnd(buf[at - 1] as number)) at -= 1;
    if (at > start) this.#forget();
    for (; at < end; at += 1) this.#byte(buf[at] as number);
  }

  /**
   * Bytes go by up to the end of the event that is under way, or all: where that is. The LF of a CRLF is not left behind, for not
   * all clients know that the CR alone ends the event.
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
