import type { RuleOf } from '../boundary/response-rules.ts';
import { type ExtensionState, extensionStep } from './chunk-extension.ts';
import { CR, HEX, isBlank, LF, SEMICOLON } from './octets.ts';
import { TRAILER_LIMITS, TrailerSection } from './trailer-section.ts';

/** Bytes of chunk extensions in a whole body (CVE-2024-22019: a client must not make us read for nothing). */
const MAX_EXTENSION_OCTETS = 16_384;

/** Digits of a chunk size; more would not be a safe integer anyway unless zeros come first. */
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
 * Reads a chunked body (RFC 9112 7.1) strictly: hexadecimal sizes, CRLF, nothing else. Extensions are checked and
 * dropped. Chunk data is found by arithmetic and never looked at. Where it is lenient, as with pods, lines may end in LF
 * alone, blanks may stand around a size, and any number of zeros before it; that is noted.
 */
export class ChunkedDecoder {
  /** The last chunk and the trailer section have been read. */
  done = false;
  /** After `decode`: offset in its `buf` behind what belongs to this body. Bytes from there to `end` are as they were. */
  consumed = 0;
  /** Likewise: where the data begins. */
  dataStart = 0;
  /** Something was not as it should be, and only taken from a pod. */
  loose = false;
  /** Trailer fields fit to be passed on, as canonical lines, once `done`; '' if there are none. */
  trailers = '';

  readonly #lenient: boolean;
  #state: State = 'size';
  #digits = 0;
  /** Size being read, then bytes of the chunk that are still to come. */
  #size = 0;
  #extension: ExtensionState = 'name-start';
  #extensionOctets = 0;
  #section: TrailerSection | undefined;

  constructor(reading: 'strict' | 'lenient' = 'strict') {
    this.#lenient = reading === 'lenient';
  }

  /** Bytes of the chunk's data that are still to come. */
  get ahead(): number {
    return this.#state === 'data' ? this.#size : 0;
  }

  /** The rule that was broken, when `decode` said -1. */
  get error(): RuleOf<'chunks'> {
    if (this.#state === 'trailers' || this.done) return 'bad-trailers';
    return this.#extensionOctets > MAX_EXTENSION_OCTETS ? 'chunk-overhead' : 'bad-chunk';
  }

  /**
   * Takes the framing out of `buf[start, end)`, in place. Returns n: the data is `buf[dataStart, dataStart + n)`. Nothing
   * is moved unless the bytes hold data of several chunks. -1 on a framing error; the decoder is then of no more use.
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

  /** Next offset behind the digits and the octet that ends them, -1 for a bad size. */
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

  /** Takes the octet behind the digits, or behind blanks there. */
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

  /** As many zeros as digits are allowed came first: they do not count as digits, but as octets read for nothing. */
  #isPadding(): boolean {
    if (this.#size > 0) return false;
    this.#digits = 1;
    this.#extensionOctets += MAX_DIGITS - 1;
    return this.#tolerate();
  }

  /** What only pods may write; false when there is too much of it, or nothing is to be taken. */
  #tolerate(): boolean {
    if (!this.#lenient || ++this.#extensionOctets > MAX_EXTENSION_OCTETS) return false;
    this.loose = true;
    return true;
  }

  #startExtension(): void {
    this.#state = 'extension';
    this.#extension = 'name-start';
  }

  /** Next offset, -1 if an octet does not fit. */
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
        // A line that could end here by CRLF ends by LF alone.
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
