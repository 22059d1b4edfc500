import { EOS, huffmanCodes } from './huffman-code.ts';

/** A step reads 8 bits at most: frequent octets have codes of 5 to 8, and so one step each. */
const STEP = 8;
const ROW = 1 << STEP;
/** An entry that is no symbol: 8 bits of a longer code, the rest of which is looked up in the row named. */
const LONGER = 0x8000;

/**
 * Rows of 256 entries. A symbol has its length in bits, as far as this row reads it, above its octet; EOS, which must not occur (RFC
 * 7541 section 5.2), is 0.
 */
const ROWS = huffmanRows();

function huffmanRows(): Uint16Array {
  const rows = new Uint16Array(ROW * 64);
  let used = ROW;
  for (const { symbol, code, bits } of huffmanCodes()) {
    let row = 0;
    let rest = bits;
    for (; rest > STEP; rest -= STEP) {
      const at = row + ((code >>> (rest - STEP)) & (ROW - 1));
      if (rows[at] === 0) {
        rows[at] = LONGER | used;
        used += ROW;
      }
      row = rows[at]! & ~LONGER;
    }
    if (symbol === EOS) continue;
    const first = row + ((code << (STEP - rest)) & (ROW - 1));
    rows.fill((rest << 8) | symbol, first, first + (1 << (STEP - rest)));
  }
  return rows.slice(0, used);
}

/** The shortest code has 5 bits. */
export function huffmanRoom(octets: number): number {
  return Math.floor((octets * 8) / 5);
}

/**
 * Decodes buf[start, end) to the begin of `into`, which has `huffmanRoom`: how many octets there are, -1 for a wrong code: EOS in it,
 * or padding that has more than 7 bits or others than ones (RFC 7541 section 5.2).
 */
export function decodeHuffman(buf: Uint8Array, start: number, end: number, into: Uint8Array): number {
  let length = 0;
  let row = 0;
  let bits = 0;
  let count = 0;
  for (let at = start; at < end; at++) {
    // Only the lower 15 bits count; upper ones may fall out.
    bits = (bits << 8) | buf[at]!;
    count += 8;
    while (count >= STEP) {
      const entry = ROWS[row + ((bits >>> (count - STEP)) & (ROW - 1))]!;
      if (entry >= LONGER) {
        row = entry & ~LONGER;
        count -= STEP;
      } else if (entry === 0) {
        return -1;
      } else {
        into[length++] = entry;
        count -= entry >>> 8;
        row = 0;
      }
    }
  }
  for (;;) {
    const entry = ROWS[row + ((bits << (STEP - count)) & (ROW - 1))]!;
    // EOS has more bits than are left, too.
    if (entry >= LONGER || entry === 0 || entry >>> 8 > count) break;
    into[length++] = entry;
    count -= entry >>> 8;
    row = 0;
  }
  const ones = (1 << count) - 1;
  return row === 0 && (bits & ones) === ones ? length : -1;
}
