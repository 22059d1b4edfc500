/** `\uXXXX` for one UTF-16 code unit, as JSON and JavaScript read it. */
export function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
