const UINT32_RANGE = 2 ** 32;

/** The next number of a pseudo-random sequence of whole numbers from 1 to 2^32 - 1 (Marsaglia, "Xorshift RNGs"). */
export function xorshift(state: number): number {
  let next = state;
  next ^= next << 13;
  next ^= next >>> 17;
  next ^= next << 5;
  return next >>> 0;
}

/** A hash of seed and text: a whole number from 1 to 2^32 - 1. */
export function mixed(seed: number, text: string): number {
  let hash = (seed ^ 0x811c9dc5) | 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  // The last steps of MurmurHash3: texts that differ only in their last character get very different numbers.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0 || 1;
}

/** Another number from 1 to 2^32 - 1, outside of the sequence: for a second choice with the same state. */
export function scrambled(state: number): number {
  let next = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
  next = Math.imul(next ^ (next >>> 12), 0x297a2d39);
  return (next ^ (next >>> 15)) >>> 0 || 1;
}

/** A fraction: at least 0, less than 1. */
export function fraction(random: number): number {
  return random / UINT32_RANGE;
}
