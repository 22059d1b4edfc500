const HEAD_END = Buffer.from('\r\n\r\n');
const MAX_HEAD = 16_384;

/** Finds the end of an answer with a Content-Length, on a connection that carries one request at a time. */
export class AnswerReader {
  #head: Buffer = Buffer.alloc(0);
  /** Bytes of body that are missing; below zero while the head is incomplete. */
  #missing = -1;
  #status = 0;

  /** Status of the last complete answer. */
  get status(): number {
    return this.#status;
  }

  /** Returns true when the answer is complete. Throws when it cannot parse the answer. */
  take(chunk: Buffer): boolean {
    if (this.#missing < 0) this.#missing = this.#takeHead(chunk);
    else this.#missing -= chunk.length;
    if (this.#missing !== 0) return false;
    this.#missing = -1;
    return true;
  }

  /** Takes bytes of the head. Returns the number of missing bytes of the body; -1 while the head is incomplete. */
  #takeHead(chunk: Buffer): number {
    this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf(HEAD_END);
    if (end < 0) {
      if (this.#head.length > MAX_HEAD) throw new Error('no end of the head');
      return -1;
    }
    const text = this.#head.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
    if (length === undefined) throw new Error(`an answer without Content-Length: ${text}`);
    this.#status = Number(text.slice(9, 12));
    const missing = Number(length) - (this.#head.length - end - HEAD_END.length);
    if (missing < 0) throw new Error('octets after the answer');
    this.#head = Buffer.alloc(0);
    return missing;
  }
}
