/** Words of a list that is not printed in full. */
const FEW = 10;

/** `a, b, c and 990 more`, so that a line stays one. */
export function few(words: readonly string[]): string {
  const more = words.length - FEW;
  return more > 1 ? enumeration([...words.slice(0, FEW), `${more} more`]) : enumeration(words);
}

/** `a`, `a and b`, `a, b and c`. */
export function enumeration(words: readonly string[], joined: 'and' | 'or' = 'and'): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${joined} ${last}`;
}
