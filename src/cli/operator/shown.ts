import { own, ownArray } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';

/** Maximum lengths of one value and of one line, in characters. */
const MAX_VALUE_LENGTH = 1_000;
const MAX_LINE_LENGTH = 16_000;

/**
 * A value of a document as text for people; '' if there is none. Texts of the cluster and of clients may be hostile, so
 * control characters, invisible characters and changes of the writing direction are escaped.
 */
export function textField(document: unknown, key: string): string {
  return plainText(own(document, key));
}

export function plainText(value: unknown): string {
  if (typeof value === 'string') return printable(value, MAX_VALUE_LENGTH);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** A number of a document; 0 if there is none. */
export function numberField(document: unknown, key: string): number {
  const value = own(document, key);
  return typeof value === 'number' ? value : 0;
}

/** The values of a list, as texts for people. */
export function textList(document: unknown, key: string): string[] {
  return ownArray(document, key).map(plainText);
}

/** A time (milliseconds since 1970) in the format of RFC 3339; '' if it is invalid. */
export function timeOf(document: unknown, key: string): string {
  const date = new Date(numberField(document, key));
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

/** Lines as text that is safe to print at a terminal. */
export function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${printable(line.trimEnd(), MAX_LINE_LENGTH)}\n`).join('');
}

/** A document as JSON without characters that a terminal could obey. */
export function jsonOf(document: unknown, indent?: number): string {
  const text = JSON.stringify(document, undefined, indent);
  return `${text.replace(/[^\n\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
