import assert from 'node:assert/strict';
import { HpackDecoder } from '../../../src/http2/hpack/decoder.ts';

/** Names and values in turn. */
export type Fields = readonly string[];

export const UNLIMITED = { size: 1_000_000, fields: 10_000 } as const;

/** The octets of hexadecimal digits. Spaces are ignored. */
export function octets(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
}

/** The fields of a block; undefined for an error. The block lies between other octets, which the decoder must not read. */
export function decodeBlock(decoder: HpackDecoder, block: Buffer): Fields | undefined {
  const buf = Buffer.concat([Buffer.of(0x20, 0x82), block, Buffer.alloc(8, 0x81)]);
  return decoder.decode(buf, 2, 2 + block.length) ? decoder.fields : undefined;
}

/** The entries of the dynamic table, newest first, as the decoder resolves references to them. */
export function tableOf(decoder: HpackDecoder): Fields {
  const table: string[] = [];
  for (let index = 62; ; index++) {
    const reference = index < 127 ? Buffer.of(0x80 | index) : Buffer.of(0xff, index - 127);
    const fields = decodeBlock(decoder, reference);
    if (fields === undefined) return table;
    assert.equal(fields.length, 2);
    table.push(...fields);
  }
}

/** The number of fields of a valid block that become entries of the dynamic table (RFC 7541 section 6.2.1). */
export function entriesIn(block: Buffer): number {
  const cursor = { at: 0 };
  /** Reads an integer that begins in the low `prefix` bits of the next octet (section 5.1). */
  const integer = (prefix: number): number => {
    let value = block[cursor.at++]! & prefix;
    for (let scale = 1, more = value === prefix; more; scale *= 128) {
      const octet = block[cursor.at++]!;
      value += (octet & 127) * scale;
      more = octet >= 128;
    }
    return value;
  };
  const skipString = (): void => {
    const length = integer(0x7f);
    cursor.at += length;
  };
  let entries = 0;
  while (cursor.at < block.length) {
    const first = block[cursor.at]!;
    const isEntry = first >= 0x40 && first < 0x80;
    if (first >= 0x80) integer(0x7f);
    else if (first >= 0x20 && !isEntry) integer(0x1f);
    else {
      if (integer(isEntry ? 0x3f : 0x0f) === 0) skipString();
      skipString();
    }
    entries += Number(isEntry);
  }
  return entries;
}

/** Fields from text as in RFC 7541, with one field on each line. */
export function fieldsOf(text: string): Fields {
  const lines = text.split('\n').map((line) => line.trimStart());
  return lines
    .filter((line) => line !== '')
    .flatMap((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    });
}
