/** `\uXXXX` for one UTF-16 code unit, as in JSON and JavaScript. */
export function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
