/** Maximum number of items that `few` prints. */
const MAX_LISTED = 10;

/** `a, b, c and 990 more`, so that a long list fits on one line. */
export function shortList(items: readonly string[]): string {
  const more = items.length - MAX_LISTED;
  return more > 1 ? enumeration([...items.slice(0, MAX_LISTED), `${more} more`]) : enumeration(items);
}

/** `a`, `a and b`, `a, b and c`. */
export function enumeration(items: readonly string[], joined: 'and' | 'or' = 'and'): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} ${joined} ${last}`;
}
