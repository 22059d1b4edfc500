import { FLAG } from './codes.ts';

/** Maximum CONTINUATION frames of one field block. A head within podway's limits needs far fewer full frames. */
const MAX_CONTINUATIONS = 8;
/** Octets of the dependency and the weight in HEADERS (RFC 9113 section 6.2). Both are ignored. */
const PRIORITY_OCTETS = 5;

/** A field block, or a part of one: `buf[start, end)`. */
export interface BlockPlace {
  readonly buf: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Collects the field block of a HEADERS frame and its CONTINUATION frames until the block is complete (RFC 9113 section 4.3). */
export class FieldBlock {
  /** The stream of the block that is not complete yet; 0: none. */
  id = 0;
  /** The flags of the block's HEADERS frame. */
  flags = 0;
  readonly #maxSize: number;
  #parts: Buffer[] = [];
  #size = 0;
  #continuations = 0;

  /** @param maxSize maximum octets of a block that has CONTINUATION frames */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** The field block within the payload of a HEADERS frame; undefined: the padding or the priority is longer than the payload. */
  static within(flags: number, { buf, start, end }: BlockPlace): BlockPlace | undefined {
    const isPadded = (flags & FLAG.padded) !== 0;
    const padding = isPadded && start < end ? (buf[start] as number) : 0;
    const from = start + Number(isPadded) + ((flags & FLAG.priority) === 0 ? 0 : PRIORITY_OCTETS);
    const to = end - padding;
    return from > to ? undefined : { buf, start: from, end: to };
  }

  /** Starts a block with the part of a HEADERS frame that has no END_HEADERS. */
  begin(id: number, flags: number, part: BlockPlace): void {
    this.id = id;
    this.flags = flags;
    this.#continuations = 0;
    this.#add(part);
  }

  /** Adds the payload of a CONTINUATION frame. False: the block has too many frames or too many octets. */
  append(part: BlockPlace): boolean {
    this.#continuations += 1;
    this.#add(part);
    return this.#continuations <= MAX_CONTINUATIONS && this.#size <= this.#maxSize;
  }

  /** Returns the complete block and forgets it. */
  take(): BlockPlace {
    const buf = Buffer.concat(this.#parts, this.#size);
    this.clear();
    return { buf, start: 0, end: buf.length };
  }

  /** Forgets a block that is not complete. */
  clear(): void {
    this.id = 0;
    this.#parts = [];
    this.#size = 0;
  }

  #add({ buf, start, end }: BlockPlace): void {
    // A copy: the next read overwrites these bytes.
    this.#parts.push(Buffer.from(buf.subarray(start, end)));
    this.#size += end - start;
  }
}
