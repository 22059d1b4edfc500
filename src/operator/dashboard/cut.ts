/** Maximum number of characters of a text from the cluster. */
const LONGEST = 512;

/** A text from the cluster, cut, because the dashboard sends it often. */
export function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
