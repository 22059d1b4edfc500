import { FLAG } from './codes.ts';

/** CONTINUATION frames of one field block; at the size of a frame, heads that podway takes need far fewer. */
const MAX_CONTINUATIONS = 8;
/** Octets of the dependency and weight in HEADERS (RFC 9113 section 6.2), which are ignored. */
const PRIORITY = 5;

/** Where a field block lies. */
export interface BlockPlace {
  readonly buf: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A field block of HEADERS and its CONTINUATION frames, until it is whole (RFC 9113 section 4.3). */
export class FieldBlock {
  /** The stream of the block that is not whole yet; 0: none. */
  id = 0;
  /** Of its HEADERS. */
  flags = 0;
  readonly #maxSize: number;
  #parts: Buffer[] = [];
  #size = 0;
  #continuations = 0;

  /** @param maxSize octets of a block of several frames */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** Where the fields of a HEADERS frame lie; undefined: its padding or its priority does not fit. */
  static within(flags: number, { buf, start, end }: BlockPlace): BlockPlace | undefined {
    const isPadded = (flags & FLAG.padded) !== 0;
    const padding = isPadded && start < end ? (buf[start] as number) : 0;
    const from = start + Number(isPadded) + ((flags & FLAG.priority) === 0 ? 0 : PRIORITY);
    const to = end - padding;
    return from > to ? undefined : { buf, start: from, end: to };
  }

  /** HEADERS without END_HEADERS. */
  begin(id: number, flags: number, part: BlockPlace): void {
    this.id = id;
    this.flags = flags;
    this.#continuations = 0;
    this.#add(part);
  }

  /** A CONTINUATION of it. False: there are too many, or they are too long together. */
  goOn(part: BlockPlace): boolean {
    this.#continuations += 1;
    this.#add(part);
    return this.#continuations <= MAX_CONTINUATIONS && this.#size <= this.#maxSize;
  }

  /** The whole block, which is kept no longer. */
  take(): BlockPlace {
    const buf = Buffer.concat(this.#parts, this.#size);
    this.clear();
    return { buf, start: 0, end: buf.length };
  }

  clear(): void {
    this.id = 0;
    this.#parts = [];
    this.#size = 0;
  }

  #add({ buf, start, end }: BlockPlace): void {
    // The peer's next bytes overwrite these.
    this.#parts.push(Buffer.from(buf.subarray(start, end)));
    this.#size += end - start;
  }
}
