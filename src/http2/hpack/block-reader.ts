import { decodeHuffman, huffmanRoom } from './huffman-decoder.ts';

const EMPTY = Buffer.alloc(0);
/** For decoding strings of usual lengths. All connections of a thread share it, since a decoded string is copied at once. */
const SCRATCH = Buffer.allocUnsafeSlow(8192);
/** Maximum octets of a number after its prefix; a longer number is larger than any block (RFC 7541 section 5.1). */
const MAX_OCTETS = 5;
/** The bit that marks a string with Huffman code, and the prefix of the string's length (RFC 7541 section 5.2). */
const HUFFMAN_FLAG = 0x80;
const LENGTH_PREFIX = 0x7f;

/** Reads the numbers and strings of one field block after the other (RFC 7541 section 5). */
export class BlockReader {
  /** Position of the next octet, and the end of the block. */
  at = 0;
  end = 0;
  #buf: Buffer = EMPTY;

  /** Starts with the block `buf[start, end)`. */
  open(buf: Buffer, start: number, end: number): void {
    this.#buf = buf;
    this.at = start;
    this.end = end;
  }

  /** Ends the block: the reader does not keep a connection's buffer alive between blocks. */
  close(): void {
    this.#buf = EMPTY;
  }

  /** The next octet. The block must have one. */
  peek(): number {
    return this.#buf[this.at]!;
  }

  /** Reads a number that begins in the bits `prefix` of the next octet, which must exist (section 5.1). -1: cut off, or too long. */
  integer(prefix: number): number {
    const value = this.#buf[this.at++]! & prefix;
    return value < prefix ? value : this.#rest(prefix);
  }

  #rest(prefix: number): number {
    let value = prefix;
    let scale = 1;
    for (let octets = 0; octets < MAX_OCTETS && this.at < this.end; octets++) {
      const octet = this.#buf[this.at++]!;
      value += (octet & 0x7f) * scale;
      if (octet < 0x80) return value;
      scale *= 0x80;
    }
    return -1;
  }

  /**
   * Reads a string, each character one octet (section 5.2). The result is a copy, so it keeps no buffer alive. Undefined: cut off,
   * or malformed Huffman code.
   */
  string(): string | undefined {
    const { at: first } = this;
    if (!this.#pass()) return undefined;
    const { at: end } = this;
    const start = end - this.#length;
    const buf = this.#buf;
    if (buf[first]! < HUFFMAN_FLAG) return buf.toString('latin1', start, end);
    const into = this.#scratch();
    const length = decodeHuffman(buf, start, end, into);
    return length < 0 ? undefined : into.toString('latin1', 0, length);
  }

  /** Checks a string without keeping it. False: cut off, or malformed Huffman code. */
  skipString(): boolean {
    const { at: first } = this;
    if (!this.#pass()) return false;
    if (this.#buf[first]! < HUFFMAN_FLAG) return true;
    return decodeHuffman(this.#buf, this.at - this.#length, this.at, this.#scratch()) >= 0;
  }

  /** Octets of the last string, before decoding. */
  #length = 0;

  /** Moves `at` to the end of the string. False: cut off. */
  #pass(): boolean {
    if (this.at >= this.end) return false;
    const length = this.integer(LENGTH_PREFIX);
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
