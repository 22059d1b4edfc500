import { decodeHuffman, huffmanRoom } from './huffman-decoder.ts';

const EMPTY = Buffer.alloc(0);
/** For strings of usual lengths; one for all connections of a thread, since a string is decoded and copied at once. */
const SCRATCH = Buffer.allocUnsafeSlow(8192);
/** After the prefix; what is larger is larger than any block (RFC 7541 section 5.1). */
const MOST_OCTETS = 5;
const CODED = 0x80;
const LENGTH = 0x7f;

/** Numbers and strings of one field block after the other (RFC 7541 section 5). */
export class BlockReader {
  at = 0;
  end = 0;
  #buf: Buffer = EMPTY;

  open(buf: Buffer, start: number, end: number): void {
    this.#buf = buf;
    this.at = start;
    this.end = end;
  }

  /** The buffer of a connection is not held between its blocks. */
  close(): void {
    this.#buf = EMPTY;
  }

  /** The next octet, which is there. */
  peek(): number {
    return this.#buf[this.at]!;
  }

  /** A number whose first octet, which is there, has it in the bits of `prefix` (section 5.1). -1: cut off or too long. */
  integer(prefix: number): number {
    const value = this.#buf[this.at++]! & prefix;
    return value < prefix ? value : this.#rest(prefix);
  }

  #rest(prefix: number): number {
    let value = prefix;
    let scale = 1;
    for (let octets = 0; octets < MOST_OCTETS && this.at < this.end; octets++) {
      const octet = this.#buf[this.at++]!;
      value += (octet & 0x7f) * scale;
      if (octet < 0x80) return value;
      scale *= 0x80;
    }
    return -1;
  }

  /** Octets as characters (section 5.2); a copy, which keeps no buffer alive. Undefined: cut off, or a wrong Huffman code. */
  string(): string | undefined {
    const { at: first } = this;
    if (!this.#pass()) return undefined;
    const { at: end } = this;
    const start = end - this.#length;
    const buf = this.#buf;
    if (buf[first]! < CODED) return buf.toString('latin1', start, end);
    const into = this.#scratch();
    const length = decodeHuffman(buf, start, end, into);
    return length < 0 ? undefined : into.toString('latin1', 0, length);
  }

  /** Checks a string that is not kept. */
  skipString(): boolean {
    const { at: first } = this;
    if (!this.#pass()) return false;
    if (this.#buf[first]! < CODED) return true;
    return decodeHuffman(this.#buf, this.at - this.#length, this.at, this.#scratch()) >= 0;
  }

  /** Of the last string, coded. */
  #length = 0;

  /** Goes to the end of a string. */
  #pass(): boolean {
    if (this.at >= this.end) return false;
    const length = this.integer(LENGTH);
    if (length < 0 || length > this.end - this.at) return false;
    this.#length = length;
    this.at += length;
    return true;
  }

  #scratch(): Buffer {
    const room = huffmanRoom(this.#length);
    return room <= SCRATCH.length ? SCRATCH : Buffer.allocUnsafe(room);
  }
}
