/** A target without its query, which may hold secrets, and without a fragment. */
export function withoutQuery(target: string): string {
  return target.replace(/[?#].*$/s, '');
}
