/** Latin1 in one piece: every write would walk again over the rope that `+` makes. */
export function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
