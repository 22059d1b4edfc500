/** Characters of a text of the cluster. */
const LONGEST = 512;

/** A text of the cluster that is not too long to be sent again and again. */
export function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
