import type { RuleOf } from '../boundary/response-rules.ts';
import { type ExtensionState, extensionStep } from './chunk-extension.ts';
import { CR, HEX, isBlank, LF, SEMICOLON } from './octets.ts';
import { TRAILER_LIMITS, TrailerSection } from './trailer-section.ts';

/**
 * Maximum number of bytes of chunk extensions in a body. Without it a client could make podway read without end
 * (CVE-2024-22019).
 */
const MAX_EXTENSION_OCTETS = 16_384;

/** Maximum number of digits of a chunk size. A size with more digits is not a safe integer, unless zeros come first. */
const MAX_DIGITS = 16;

type State =
  | 'size'
  | 'size-blank'
  | 'extension'
  | 'size-feed'
  | 'data'
  | 'data-return'
  | 'data-feed'
  | 'trailers'
  | 'last-feed'
  | 'done';

/**
 * Reads a chunked body (RFC 9112 7.1) strictly: hexadecimal sizes and CRLF. Extensions are checked and dropped. The
 * decoder skips chunk data by its size and does not look at it. A lenient decoder, for pods, also accepts lines that
 * end in LF alone, blanks around a size, and zeros before a size; it notes that in `loose`.
 */
export class ChunkedDecoder {
  /** The last chunk and the trailer section have been read. */
  done = false;
  /** After `decode`: the offset in its `buf` after the bytes of this body. Bytes from there to `end` are unchanged. */
  consumed = 0;
  /** After `decode`: the offset where the data begins. */
  dataStart = 0;
  /** The framing was not strictly correct, and was accepted only because a pod sent it. */
  loose = false;
  /** Trailer fields that may be passed on, as canonical lines; set once `done`, '' if there are none. */
  trailers = '';

  readonly #lenient: boolean;
  #state: State = 'size';
  #digits = 0;
  /** The size while it is being read, then the remaining bytes of the chunk. */
  #size = 0;
  #extension: ExtensionState = 'name-start';
  #extensionOctets = 0;
  #section: TrailerSection | undefined;

  constructor(reading: 'strict' | 'lenient' = 'strict') {
    this.#lenient = reading === 'lenient';
  }

  /** Remaining bytes of the chunk's data. */
  get ahead(): number {
    return this.#state === 'data' ? this.#size : 0;
  }

  /** The rule that was broken, after `decode` has returned -1. */
  get error(): RuleOf<'chunks'> {
    if (this.#state === 'trailers' || this.done) return 'bad-trailers';
    return this.#extensionOctets > MAX_EXTENSION_OCTETS ? 'chunk-overhead' : 'bad-chunk';
  }

  /**
   * Removes the framing of `buf[start, end)`, in place. Returns n: the data is `buf[dataStart, dataStart + n)`. Bytes
   * are moved only if there is data of several chunks. Returns -1 on a framing error: the decoder must not be used any
   * more.
   */
  decode(buf: Buffer, start: number, end: number): number {
    let length = 0;
    let i = start;
    this.dataStart = start;
    while (i < end && !this.done) {
      if (this.#state === 'data') {
        const size = Math.min(this.#size, end - i);
        if (length === 0) this.dataStart = i;
        else buf.copyWithin(this.dataStart + length, i, i + size);
        length += size;
        i += size;
        this.#size -= size;
        if (this.#size === 0) this.#state = 'data-return';
      } else {
        i = this.#state === 'size' ? this.#sizeDigits(buf, i, end) : this.#framing(buf, i, end);
        if (i < 0) return -1;
      }
    }
    this.consumed = i;
    return length;
  }

  /** Returns the offset after the digits and the octet that ends them; -1 for a bad size. */
  #sizeDigits(buf: Buffer, start: number, end: number): number {
    let i = start;
    let digit = 0;
    while (i < end && (digit = HEX[buf[i]!]!) !== 0) {
      if (++this.#digits > MAX_DIGITS && !this.#isPadding()) return -1;
      this.#size = this.#size * 16 + (digit - 1);
      i++;
    }
    if (i === end) return i;
    const octet = buf[i]!;
    if (this.#digits === 0) return isBlank(octet) && this.#tolerate() ? i + 1 : -1;
    if (this.#size > Number.MAX_SAFE_INTEGER) return -1;
    if (octet !== CR) return this.#sizeEnd(octet, i);
    this.#state = 'size-feed';
    return i + 1;
  }

  /** Processes the octet after the digits, or after blanks that follow them. */
  #sizeEnd(octet: number, i: number): number {
    if (octet === CR) this.#state = 'size-feed';
    else if (octet === SEMICOLON) this.#startExtension();
    else if (octet === LF) return this.#tolerate() ? this.#sizeDone(i) : -1;
    else if (isBlank(octet) && this.#tolerate()) this.#state = 'size-blank';
    else return -1;
    return i + 1;
  }

  #sizeDone(i: number): number {
    this.#state = this.#size === 0 ? 'trailers' : 'data';
    this.#digits = 0;
    return i + 1;
  }

  /**
   * Only zeros came so far, as many as digits are allowed. A lenient decoder counts them as overhead, and not as
   * digits.
   */
  #isPadding(): boolean {
    if (this.#size > 0) return false;
    this.#digits = 1;
    this.#extensionOctets += MAX_DIGITS - 1;
    return this.#tolerate();
  }

  /**
   * Accepts one octet that only pods may write. False when the decoder is strict, or when there are too many of them.
   */
  #tolerate(): boolean {
    if (!this.#lenient || ++this.#extensionOctets > MAX_EXTENSION_OCTETS) return false;
    this.loose = true;
    return true;
  }

  #startExtension(): void {
    this.#state = 'extension';
    this.#extension = 'name-start';
  }

  /** Returns the next offset; -1 if an octet is not allowed. */
  #framing(buf: Buffer, i: number, end: number): number {
    const octet = buf[i]!;
    switch (this.#state) {
      case 'extension':
        return this.#extensions(buf, i, end);
      case 'size-blank':
        return this.#sizeEnd(octet, i);
      case 'size-feed':
        return octet === LF ? this.#sizeDone(i) : -1;
      case 'data-return':
        this.#state = octet === CR ? 'data-feed' : 'size';
        return octet === CR || (octet === LF && this.#tolerate()) ? i + 1 : -1;
      case 'data-feed':
        this.#state = 'size';
        return octet === LF ? i + 1 : -1;
      case 'trailers':
        if (this.#section !== undefined || (octet !== CR && octet !== LF))
          return this.#fieldsOfLines(buf, i, end);
        if (octet === CR) this.#state = 'last-feed';
        else if (this.#tolerate()) this.#finish('');
        else return -1;
        return i + 1;
      case 'last-feed':
        this.#finish('');
        return octet === LF ? i + 1 : -1;
      case 'size':
      case 'data':
      case 'done':
        break;
    }
    return i;
  }

  #extensions(buf: Buffer, start: number, end: number): number {
    for (let i = start; i < end; i++) {
      const octet = buf[i]!;
      const next = extensionStep(this.#extension, octet);
      if (++this.#extensionOctets > MAX_EXTENSION_OCTETS) return -1;
      if (next === 'bad') {
        if (isBlank(octet) && this.#tolerate()) continue;
        // A line that could end here by CRLF ends in LF alone.
        const ends = octet === LF && extensionStep(this.#extension, CR) === 'end';
        return ends && this.#tolerate() ? this.#sizeDone(i) : -1;
      }
      if (next === 'end') {
        this.#state = 'size-feed';
        return i + 1;
      }
      this.#extension = next;
    }
    return end;
  }

  #fieldsOfLines(buf: Buffer, start: number, end: number): number {
    this.#section ??= new TrailerSection(TRAILER_LIMITS, this.#lenient);
    const next = this.#section.push(buf, start, end);
    if (this.#section.done) this.#finish(this.#section.lines);
    this.loose ||= this.#section.loose;
    return next;
  }

  #finish(trailers: string): void {
    this.#state = 'done';
    this.done = true;
    this.trailers = trailers;
  }
}
