/** The first octet of a representation, without the number, and the number of bits that the number has in it (RFC 7541 section 6). */
export interface Prefix {
  readonly first: number;
  readonly bits: number;
}

export const INDEXED: Prefix = { first: 0x80, bits: 7 };
export const WITH_INDEXING: Prefix = { first: 0x40, bits: 6 };
export const SIZE_UPDATE: Prefix = { first: 0x20, bits: 5 };
export const NEVER_INDEXED: Prefix = { first: 0x10, bits: 4 };
export const WITHOUT_INDEXING: Prefix = { first: 0, bits: 4 };
/** The length of a string without Huffman code (section 5.2). */
const LENGTH: Prefix = { first: 0, bits: 7 };

/** A representation's first octet with a number, and the number's further octets, as characters (RFC 7541 section 5.1). */
export function integerOctets({ first, bits }: Prefix, value: number): string {
  const max = (1 << bits) - 1;
  if (value < max) return String.fromCharCode(first | value);
  let octets = String.fromCharCode(first | max);
  let rest = value - max;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) octets += String.fromCharCode((rest & 0x7f) | 0x80);
  return octets + String.fromCharCode(rest);
}

/** The results of `integerOctets` for 0 to `count` - 1. */
export function integersOctets(prefix: Prefix, count: number): string[] {
  return Array.from({ length: count }, (_, value) => integerOctets(prefix, value));
}

const LENGTHS = integersOctets(LENGTH, 1024);

/**
 * A string without Huffman code, as characters (RFC 7541 section 5.2). Huffman code would save a quarter of the octets that do not
 * refer to a table, but JavaScript would have to process each octet, while the runtime copies a string in one step.
 */
export function stringOctets(text: string): string {
  const { length } = text;
  return (length < LENGTHS.length ? LENGTHS[length]! : integerOctets(LENGTH, length)) + text;
}
