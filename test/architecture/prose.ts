/** The texts of a source file that people can read (its string literals and its comments), and its names. */

export interface Piece {
  readonly line: number;
  readonly text: string;
}

interface Pieces {
  readonly literals: readonly Piece[];
  readonly comments: readonly Piece[];
  /** The code between them, without regular expressions: names and signs. */
  readonly code: readonly string[];
}

/** After one of these a slash begins a regular expression; after anything else it divides. */
const BEFORE_PATTERN = /(?:[(,=:[!&|?{};+\-*%<>~^]|\breturn|\bcase|\btypeof|^)\s*$/;

/** Every string, every piece of a template, every comment and the code between them, without regular expressions. */
export function piecesOf(code: string): Pieces {
  const literals: Piece[] = [];
  const comments: Piece[] = [];
  const rest: string[] = [];
  /** The depths of braces at which a template continues. */
  const templates: number[] = [];
  let depth = 0;
  let line = 1;
  let at = 0;
  /** Start of the code that is not in `rest` yet. */
  let from = 0;

  const endCode = (): void => {
    const text = code.slice(from, at);
    if (text.trim() !== '') rest.push(text.trim());
  };
  const take = (end: number, text: string, into = literals): void => {
    endCode();
    into.push({ line, text });
    line += linesIn(code.slice(at, end));
    at = end;
    from = at;
  };
  const takeTemplate = (start: number): void => {
    const end = endOfTemplate(code, start);
    const goesOn = code.startsWith('${', end);
    take(end + (goesOn ? 2 : 1), code.slice(start, end));
    if (goesOn) {
      templates.push(depth);
      depth += 1;
    }
  };

  while (at < code.length) {
    const char = code[at] ?? '';
    if (char === "'" || char === '"') {
      const end = endOfString(code, at);
      take(end, code.slice(at + 1, end - 1));
    } else if (char === '`') takeTemplate(at + 1);
    else if (char === '}' && templates.at(-1) === depth - 1) {
      templates.pop();
      depth -= 1;
      takeTemplate(at + 1);
    } else if (char === '/' && (code[at + 1] === '/' || code[at + 1] === '*')) {
      const end = code[at + 1] === '/' ? lineEnd(code, at) : code.indexOf('*/', at) + 2;
      take(end, textOfComment(code.slice(at, end)), comments);
    } else if (char === '/' && BEFORE_PATTERN.test(code.slice(Math.max(0, at - 40), at))) {
      endCode();
      at = endOfPattern(code, at);
      from = at;
    } else {
      if (char === '{') depth += 1;
      if (char === '}') depth -= 1;
      if (char === '\n') line += 1;
      at += 1;
    }
  }
  endCode();
  return { literals, comments, code: rest };
}

/** Without the signs of a comment, so that a phrase that wraps is one phrase. */
function textOfComment(comment: string): string {
  return comment
    .replaceAll(/^\s*(?:\/\*+|\*(?!\/)|\/\/)/gm, '')
    .replace(/\*\/$/, '')
    .trim();
}

function lineEnd(code: string, from: number): number {
  const end = code.indexOf('\n', from);
  return end === -1 ? code.length : end;
}

function linesIn(text: string): number {
  return text.split('\n').length - 1;
}

function endOfString(code: string, start: number): number {
  let at = start + 1;
  while (at < code.length && code[at] !== code[start]) at += code[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfTemplate(code: string, start: number): number {
  let at = start;
  while (at < code.length && code[at] !== '`' && !code.startsWith('${', at)) at += code[at] === '\\' ? 2 : 1;
  return at;
}

function endOfPattern(code: string, start: number): number {
  let at = start + 1;
  let inClass = false;
  while (at < code.length && (inClass || code[at] !== '/')) {
    if (code[at] === '[') inClass = true;
    if (code[at] === ']') inClass = false;
    at += code[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}
