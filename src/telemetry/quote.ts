import { unicodeEscape } from '../wiring/unicode-escape.ts';

export const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** A JSON string in ASCII. Characters from 0x7f on are escaped, too, because a terminal takes some of them as commands. */
export function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  return JSON.stringify(text).replaceAll(/[\x7f-\uffff]/g, unicodeEscape);
}
