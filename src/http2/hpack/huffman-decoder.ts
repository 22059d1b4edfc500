import { EOS, type HuffmanCode, huffmanCodes } from './huffman-code.ts';

/** Codes of at most this number of bits (all visible ASCII has such codes) are looked up in one step, two at once if both fit. */
const PAIR_BITS = 12;
const PAIR_MASK = (1 << PAIR_BITS) - 1;
/** Number of entries in a row. Longer codes are looked up octet by octet, each octet in a row. */
const ROW = 256;
/** Marks an entry for the first eight bits of a longer code. Its lower bits are the start of the row with the rest of the code. */
const LONGER = 0x8000;

/**
 * Entries by the next 12 bits: one or two decoded octets, above them the number of bits of their codes, above that the number of
 * octets. 0: a longer code.
 */
const PAIRS = pairTable(huffmanCodes().filter(({ bits }) => bits <= PAIR_BITS));
/**
 * Rows of 256 entries. The entry of a symbol is its octet and, above it, the number of bits of its code that this row reads. The
 * entry of EOS, which must not occur (RFC 7541 section 5.2), is 0.
 */
const ROWS = rowTable(huffmanCodes());

function pairTable(codes: readonly HuffmanCode[]): Uint32Array {
  const pairs = new Uint32Array(1 << PAIR_BITS);
  for (const one of codes) {
    const rest = PAIR_BITS - one.bits;
    const first = one.code << rest;
    pairs.fill((1 << 24) | (one.bits << 16) | one.symbol, first, first + (1 << rest));
    for (const two of codes) {
      if (two.bits > rest) continue;
      const at = first + (two.code << (rest - two.bits));
      const entry = (2 << 24) | ((one.bits + two.bits) << 16) | (two.symbol << 8) | one.symbol;
      pairs.fill(entry, at, at + (1 << (rest - two.bits)));
    }
  }
  return pairs;
}

function rowTable(codes: readonly HuffmanCode[]): Uint16Array {
  const rows = new Uint16Array(ROW * 64);
  let used = ROW;
  for (const { symbol, code, bits } of codes) {
    let row = 0;
    let rest = bits;
    for (; rest > 8; rest -= 8) {
      const at = row + ((code >>> (rest - 8)) & 0xff);
      if (rows[at] === 0) {
        rows[at] = LONGER | used;
        used += ROW;
      }
      row = rows[at]! & ~LONGER;
    }
    if (symbol === EOS) continue;
    const first = row + ((code << (8 - rest)) & 0xff);
    rows.fill((rest << 8) | symbol, first, first + (1 << (8 - rest)));
  }
  return rows.slice(0, used);
}

/**
 * Length of `into` that `decodeHuffman` needs for this number of octets: the shortest code has 5 bits, and a step may write one
 * octet too many.
 */
export function huffmanRoom(octets: number): number {
  return Math.floor((octets * 8) / 5) + 1;
}

/**
 * Decodes `buf[start, end)` to the start of `into`, whose length is at least `huffmanRoom`. Returns the number of decoded octets; -1
 * for malformed code: it contains EOS, or its padding is longer than 7 bits or contains a 0 (RFC 7541 section 5.2).
 */
export function decodeHuffman(buf: Uint8Array, start: number, end: number, into: Uint8Array): number {
  let length = 0;
  let at = start;
  /** The lower `count` bits have not been decoded. */
  let bits = 0;
  let count = 0;
  for (;;) {
    if (count < 16) {
      if (at + 1 < end) {
        bits = (bits << 16) | (buf[at]! << 8) | buf[at + 1]!;
        at += 2;
        count += 16;
      } else if (at < end) {
        bits = (bits << 8) | buf[at++]!;
        count += 8;
      }
      if (count < PAIR_BITS) break;
    }
    const pair = PAIRS[(bits >>> (count - PAIR_BITS)) & PAIR_MASK]!;
    if (pair !== 0) {
      into[length] = pair;
      into[length + 1] = pair >>> 8;
      length += pair >>> 24;
      count -= (pair >>> 16) & 0xff;
      continue;
    }
    let row = 0;
    do {
      if (count < 8 && at < end) {
        bits = (bits << 8) | buf[at++]!;
        count += 8;
      }
      const entry = ROWS[row + nextOctet(bits, count)]!;
      row = entry >= LONGER ? entry & ~LONGER : 0;
      count -= row > 0 ? 8 : entry >>> 8;
      if (count < 0 || entry === 0) return -1;
      if (row === 0) into[length++] = entry;
    } while (row > 0);
  }
  return finish(bits, count, into, length);
}

/** Decodes the last bits, fewer than 12: complete codes and padding. The result is that of `decodeHuffman`. */
function finish(bits: number, left: number, into: Uint8Array, before: number): number {
  let length = before;
  let count = left;
  for (;;) {
    let rest = count;
    let entry = ROWS[nextOctet(bits, rest)]!;
    if (entry >= LONGER && rest > 8) {
      rest -= 8;
      entry = ROWS[(entry & ~LONGER) + nextOctet(bits, rest)]!;
    }
    // The difference is also negative for an incomplete code.
    rest -= entry >>> 8;
    if (rest < 0) break;
    into[length++] = entry;
    count = rest;
  }
  const ones = (1 << count) - 1;
  return count < 8 && (bits & ones) === ones ? length : -1;
}

/** The next eight of `count` bits; missing bits are 0. */
function nextOctet(bits: number, count: number): number {
  return (count < 8 ? bits << (8 - count) : bits >>> (count - 8)) & 0xff;
}
