import { HpackDecoder } from '../hpack/decoder.ts';
import { CODE, FLAG } from './codes.ts';
import { type BlockPlace, FieldBlock } from './field-block.ts';
import type { LocalSettings } from './local-settings.ts';

/** The header table that this side keeps for the peer's field blocks, in octets (RFC 7541 section 4.2). */
const TABLE_SIZE = 4_096;

/** A field section that came. */
export interface IncomingHead {
  readonly id: number;
  /** Of its HEADERS frame. */
  readonly flags: number;
  /** Names and values in turn, octets as characters; undefined: more than SETTINGS allow. */
  readonly fields: readonly string[] | undefined;
}

/** Field blocks of a connection, decoded in the order in which they come, for each of them changes what the next one means. */
export class IncomingHeads {
  readonly #decoder: HpackDecoder;
  readonly #block: FieldBlock;

  constructor({ fields }: LocalSettings) {
    this.#decoder = new HpackDecoder(fields, TABLE_SIZE);
    // What is longer than the limit is decoded all the same, for the table's sake; but not if it is much longer.
    this.#block = new FieldBlock(2 * fields.size);
  }

  /** The stream of a block that is not whole; 0: none. */
  get within(): number {
    return this.#block.id;
  }

  /** HEADERS. An error code; undefined: the block is not whole yet. */
  headers(id: number, flags: number, payload: BlockPlace): IncomingHead | number | undefined {
    const place = FieldBlock.within(flags, payload);
    if (place === undefined) return CODE.protocolError;
    if ((flags & FLAG.endHeaders) !== 0) return this.#decode(id, flags, place);
    this.#block.begin(id, flags, place);
    return undefined;
  }

  /** CONTINUATION with these flags. */
  continuation(flags: number, payload: BlockPlace): IncomingHead | number | undefined {
    const block = this.#block;
    if (!block.goOn(payload)) return CODE.enhanceYourCalm;
    if ((flags & FLAG.endHeaders) === 0) return undefined;
    const { id, flags: first } = block;
    return this.#decode(id, first, block.take());
  }

  clear(): void {
    this.#block.clear();
  }

  #decode(id: number, flags: number, { buf, start, end }: BlockPlace): IncomingHead | number {
    const decoder = this.#decoder;
    if (!decoder.decode(buf, start, end)) return CODE.compressionError;
    return { id, flags, fields: decoder.exceeded ? undefined : decoder.fields };
  }
}
