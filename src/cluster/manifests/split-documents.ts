/** A document of a file; `line` is where it begins, counted from 0. */
export interface DocumentText {
  readonly text: string;
  readonly line: number;
}

/** Such a line separates documents anywhere, also in quotes and block scalars (YAML 1.2 section 9.1.2). */
const DIVIDER = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;
/** Directives (`%YAML`), comments and blank lines belong to the document below them. */
const PREAMBLE = /^(?:[ \t]*(?:[%#][^\n]*)?\r?\n)*$/;
const JSON_BEGINS = /^(?:---[ \t]*\r?\n)?\s*\{/;

/** Splits a file into its documents, YAML or JSON, so that podway need not read again what did not change. */
export function splitDocuments(text: string): DocumentText[] {
  return parts(text).flatMap((part) => (JSON_BEGINS.test(part.text) ? jsonValues(part) : [part]));
}

function parts(text: string): DocumentText[] {
  const documents: DocumentText[] = [];
  let line = 0;
  let start = 0;
  const cut = (end: number) => {
    const part = text.slice(start, end);
    if (part.trim() !== '') documents.push({ text: part, line });
    line += lineBreaks(part);
    start = end;
  };
  for (const { index, 0: mark } of text.matchAll(DIVIDER)) {
    if (mark === '...') cut(index + mark.length);
    else if (!PREAMBLE.test(text.slice(start, index))) cut(index);
  }
  cut(text.length);
  return documents;
}

/**
 * JSON objects may follow each other without a separator; the last piece is the remainder. Text that only looks like
 * JSON (YAML's `{a: b}`) stays whole.
 */
function jsonValues(part: DocumentText): DocumentText[] {
  const { text } = part;
  const documents: DocumentText[] = [];
  let { line } = part;
  for (let start = 0; start < text.length; ) {
    const open = nextObject(text, start);
    const end = open === undefined ? text.length : endOfObject(text, open);
    const piece = text.slice(start, end);
    if (start === 0 && end < text.length && !isJson(text.slice(open, end))) return [part];
    if (piece.trim() !== '') documents.push({ text: piece, line });
    line += lineBreaks(piece);
    start = end;
  }
  return documents;
}

/** The index of the next `{`, if only white space or `---` precedes it. */
function nextObject(text: string, start: number): number | undefined {
  const blank = /(?:---[ \t]*\r?\n)?\s*(?=\{)/y;
  blank.lastIndex = start;
  return blank.test(text) ? blank.lastIndex : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The index after the object that begins at `start`; the text's length if the object does not end. */
function endOfObject(text: string, start: number): number {
  const marks = /["{}]/g;
  const stringEnd = /(?:[^"\\]|\\.)*"/sy;
  marks.lastIndex = start;
  for (let depth = 0, found = marks.exec(text); found !== null; found = marks.exec(text)) {
    if (found[0] === '{') depth += 1;
    else if (found[0] === '}') depth -= 1;
    else {
      stringEnd.lastIndex = marks.lastIndex;
      if (!stringEnd.test(text)) break;
      marks.lastIndex = stringEnd.lastIndex;
    }
    if (depth === 0) return marks.lastIndex;
  }
  return text.length;
}

function lineBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
