import { type FieldNames, leanText } from '../api/lean-json.ts';

/**
 * Splits a byte stream into lines. It works on bytes: a newline byte is never part of a UTF-8 sequence, so a sequence
 * that is split over two reads stays whole. What follows the last newline waits for the next read, bounded by `limit`
 * bytes.
 */
export class LineSplitter {
  readonly #limit: number;
  readonly #unread: FieldNames | undefined;
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  /** @param unread fields to leave out of the lines, see `leanText` */
  constructor(limit: number, unread?: FieldNames) {
    this.#limit = limit;
    this.#unread = unread;
  }

  /** The lines that `chunk` completes, without their newline; undefined if a line is longer than the limit. */
  push(chunk: Buffer): string[] | undefined {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      if (this.#pendingBytes + end - start > this.#limit) return undefined;
      lines.push(this.#take(chunk.subarray(start, end)));
      start = end + 1;
    }
    if (start < chunk.length) {
      this.#pendingBytes += chunk.length - start;
      if (this.#pendingBytes > this.#limit) return undefined;
      this.#pending.push(chunk.subarray(start));
    }
    return lines;
  }

  #take(rest: Buffer): string {
    const line = this.#pending.length === 0 ? rest : Buffer.concat([...this.#pending, rest]);
    this.#pending = [];
    this.#pendingBytes = 0;
    return leanText(line, { from: 0, to: line.length }, this.#unread);
  }
}
