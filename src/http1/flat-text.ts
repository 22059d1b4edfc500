/**
 * Copies latin1 text into one flat string. V8 keeps the result of `+` as a tree of parts, which every write would have
 * to walk again.
 */
export function flatten(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
