/** Maximum number of characters of a text from the cluster. */
const MAX_LENGTH = 512;

/** A text from the cluster, cut, because the dashboard sends it often. */
export function truncate(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}
