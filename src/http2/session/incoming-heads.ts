import { HpackDecoder } from '../hpack/decoder.ts';
import { CODE, FLAG } from './codes.ts';
import { type BlockPlace, FieldBlock } from './field-block.ts';
import type { LocalSettings } from './local-settings.ts';

/** A field section that the peer sent: a head or trailers. */
export interface IncomingHead {
  /** The stream. */
  readonly id: number;
  /** The flags of its HEADERS frame. */
  readonly flags: number;
  /** Names and values in turn, each character one octet; undefined: more fields or octets than our limits allow. */
  readonly fields: readonly string[] | undefined;
  /** See HpackDecoder. */
  readonly neverIndexed: ReadonlySet<string> | undefined;
}

/** Decodes the field blocks of a connection in their order, since each block changes the dynamic table for the next one (RFC 7541). */
export class IncomingHeads {
  readonly #decoder: HpackDecoder;
  readonly #block: FieldBlock;

  constructor({ fields }: LocalSettings) {
    this.#decoder = new HpackDecoder(fields);
    // A block above the limit is decoded too, to keep the dynamic table correct, but only up to twice the limit.
    this.#block = new FieldBlock(2 * fields.size);
  }

  /** The stream of a block that is not complete; 0: none. */
  get within(): number {
    return this.#block.id;
  }

  /** A HEADERS frame. The head, or the error code of a connection error; undefined: the block is not complete yet. */
  headers(id: number, flags: number, payload: BlockPlace): IncomingHead | number | undefined {
    const place = FieldBlock.within(flags, payload);
    if (place === undefined) return CODE.protocolError;
    if ((flags & FLAG.endHeaders) !== 0) return this.#decode(id, flags, place);
    this.#block.begin(id, flags, place);
    return undefined;
  }

  /** A CONTINUATION frame; the result is that of `headers`. */
  continuation(flags: number, payload: BlockPlace): IncomingHead | number | undefined {
    const block = this.#block;
    if (!block.append(payload)) return CODE.enhanceYourCalm;
    if ((flags & FLAG.endHeaders) === 0) return undefined;
    const { id, flags: first } = block;
    return this.#decode(id, first, block.take());
  }

  /** Forgets a block that is not complete. */
  clear(): void {
    this.#block.clear();
  }

  #decode(id: number, flags: number, { buf, start, end }: BlockPlace): IncomingHead | number {
    const decoder = this.#decoder;
    if (!decoder.decode(buf, start, end)) return CODE.compressionError;
    const { neverIndexed } = decoder;
    return { id, flags, fields: decoder.exceeded ? undefined : decoder.fields, neverIndexed };
  }
}
