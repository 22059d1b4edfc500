/** First octets of the representations, with the bits of the number that follows (RFC 7541 section 6). */
export interface Prefix {
  readonly first: number;
  readonly bits: number;
}

export const INDEXED: Prefix = { first: 0x80, bits: 7 };
export const WITH_INDEXING: Prefix = { first: 0x40, bits: 6 };
export const SIZE_UPDATE: Prefix = { first: 0x20, bits: 5 };
export const NEVER_INDEXED: Prefix = { first: 0x10, bits: 4 };
export const WITHOUT_INDEXING: Prefix = { first: 0, bits: 4 };
/** Of a string that is not Huffman coded (section 5.2). */
const LENGTH: Prefix = { first: 0, bits: 7 };

/** RFC 7541 section 5.1, octets as characters. */
export function integerOctets({ first, bits }: Prefix, value: number): string {
  const most = (1 << bits) - 1;
  if (value < most) return String.fromCharCode(first | value);
  let octets = String.fromCharCode(first | most);
  let rest = value - most;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) octets += String.fromCharCode((rest & 0x7f) | 0x80);
  return octets + String.fromCharCode(rest);
}

/** Those of 0 to `count` - 1. */
export function integersOctets(prefix: Prefix, count: number): string[] {
  return Array.from({ length: count }, (_, value) => integerOctets(prefix, value));
}

const LENGTHS = integersOctets(LENGTH, 1024);

/**
 * Without Huffman code (RFC 7541 section 5.2), which would save a quarter of the octets that are no reference to a table: JavaScript
 * would look at each octet for it, while a string is one copy in the runtime.
 */
export function stringOctets(text: string): string {
  const { length } = text;
  return (length < LENGTHS.length ? LENGTHS[length]! : integerOctets(LENGTH, length)) + text;
}
