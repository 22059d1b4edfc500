/** The length in bits of the code of each octet and of EOS, as digits of base 36 (RFC 7541 appendix B). */
const LENGTHS =
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad677777777777777777777' +
  '77878djde6f56565666577666567655677777fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmo' +
  'lmnnllmlnmnnkmmmnmmnqqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu';

/** A symbol of the code: an octet, or EOS. */
export interface HuffmanCode {
  readonly symbol: number;
  /** The code, in the lower `bits` bits. */
  readonly code: number;
  readonly bits: number;
}

export const EOS = 256;
const MIN_BITS = 5;
const MAX_BITS = 30;

/** All codes. They are canonical: codes of one length increase with the symbol, and longer codes follow the last shorter one. */
export function huffmanCodes(): HuffmanCode[] {
  const codes: HuffmanCode[] = [];
  let code = 0;
  for (let bits = MIN_BITS; bits <= MAX_BITS; bits++) {
    for (let symbol = 0; symbol <= EOS; symbol++) {
      if (Number.parseInt(LENGTHS[symbol]!, 36) !== bits) continue;
      codes.push({ symbol, code, bits });
      code += 1;
    }
    code *= 2;
  }
  return codes;
}
