import { FIELD_STRIDE, NAME_END, NAME_START, VALUE_END, VALUE_START } from './field-scanner.ts';
import type { FoldedNames } from './folded-names.ts';
import { SP } from './octets.ts';

/** A bit mask of field ids; ids are below 31. */
export function idMask(...ids: readonly number[]): number {
  return ids.reduce((mask, id) => mask | (1 << id), 0);
}

/** A parsed head: its text, and FIELD_STRIDE offsets into it for every field line (see FieldScanner). */
export interface HeadLines {
  readonly text: string;
  readonly fields: readonly number[];
}

/**
 * The text from `start` on with only the field lines whose id is in `kept`, each exactly `Name: value` and CRLF,
 * without the final empty line. Adjacent lines that were received in this form are copied in one piece.
 *
 * @param dropped names of further lines that are left out
 */
export function keptLines(head: HeadLines, kept: number, start: number, dropped?: FoldedNames): string {
  const { text, fields } = head;
  const end = text.length - 2;
  let out = '';
  let run = start;
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    const next = at + FIELD_STRIDE;
    const lineEnd = next < fields.length ? fields[next + NAME_START]! : end;
    const keep = (kept & (1 << fields[at]!)) !== 0 && !isDropped(head, at, dropped);
    if (keep && isCanonical(head, at, lineEnd)) continue;
    const nameStart = fields[at + NAME_START]!;
    if (run < nameStart) out += text.slice(run, nameStart);
    run = lineEnd;
    if (keep) out += canonicalLine(head, at);
  }
  return run < end ? out + text.slice(run, end) : out;
}

/** The field lines whose id is in `kept`, each written again, regardless of its line end. */
export function rewrittenLines(head: HeadLines, kept: number, dropped?: FoldedNames): string {
  let out = '';
  for (let at = 0; at < head.fields.length; at += FIELD_STRIDE)
    if ((kept & (1 << head.fields[at]!)) !== 0 && !isDropped(head, at, dropped))
      out += canonicalLine(head, at);
  return out;
}

export function isDropped(
  { text, fields }: HeadLines,
  at: number,
  dropped: FoldedNames | undefined,
): boolean {
  return dropped !== undefined && dropped.has(text, fields[at + NAME_START]!, fields[at + NAME_END]!);
}

function isCanonical({ text, fields }: HeadLines, at: number, lineEnd: number): boolean {
  const nameEnd = fields[at + NAME_END]!;
  return (
    fields[at + VALUE_START] === nameEnd + 2 &&
    fields[at + VALUE_END] === lineEnd - 2 &&
    text.charCodeAt(nameEnd + 1) === SP
  );
}

function canonicalLine({ text, fields }: HeadLines, at: number): string {
  const name = text.slice(fields[at + NAME_START], fields[at + NAME_END]);
  return `${name}: ${text.slice(fields[at + VALUE_START], fields[at + VALUE_END])}\r\n`;
}
