import { own, ownArray } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';

/** Characters of one value, and of a line of them. */
const LONGEST_VALUE = 1_000;
const LONGEST_LINE = 16_000;

/**
 * A value of a document as a word for people; '' where it has none. All texts of the cluster and its clients may be
 * hostile: no controls, nothing invisible, nothing that turns the direction of writing is left.
 */
export function shown(document: unknown, key: string): string {
  return word(own(document, key));
}

export function word(value: unknown): string {
  if (typeof value === 'string') return printable(value, LONGEST_VALUE);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** A number of a document; 0 where it has none. */
export function figure(document: unknown, key: string): number {
  const value = own(document, key);
  return typeof value === 'number' ? value : 0;
}

/** The words of a list. */
export function words(document: unknown, key: string): string[] {
  return ownArray(document, key).map(word);
}

/** Milliseconds since 1970 as RFC 3339 writes them; '' for what is no time. */
export function timeOf(document: unknown, key: string): string {
  const date = new Date(figure(document, key));
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

/** Lines that are safe for a terminal, regardless of their contents. */
export function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${printable(line.trimEnd(), LONGEST_LINE)}\n`).join('');
}

/** A document as it is, in characters that mean nothing to a terminal. */
export function jsonOf(document: unknown, indent?: number): string {
  const text = JSON.stringify(document, undefined, indent);
  return `${text.replace(/[^\n\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
