/** A request target without its query, which may contain secrets, and without a fragment. */
export function withoutQuery(target: string): string {
  return target.replace(/[?#].*$/s, '');
}
