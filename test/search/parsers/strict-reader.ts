/**
 * A second reader of HTTP, written from RFC 9110 and 9112 alone. It applies regular expressions to a whole text and shares no code with
 * src/http1. It is slow and strict, and never guesses.
 */

export interface ReadMessage {
  /** `METHOD target HTTP/1.x`, or a status line. */
  readonly start: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export interface Reading {
  /** Every complete message, in order. */
  readonly messages: readonly ReadMessage[];
  /** The offset of each message in the text. */
  readonly starts: readonly number[];
  /** The offset after the last complete message. */
  readonly end: number;
  /** The bytes after the last message: no bytes, a truncated message, or bytes that are not a message. */
  readonly rest: 'nothing' | 'cut' | 'bad';
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const REQUEST_LINE = new RegExp(`${TOKEN} [!-~\\x80-\\xff]+ HTTP/1\\.[01]\\r\\n`, 'y');
const STATUS_LINE = /HTTP\/1\.[01] [1-9]\d\d(?: [\t -~\x80-\xff]*)?\r\n/y;
const FIELD = new RegExp(`(${TOKEN}):([\\t -~\\x80-\\xff]*)\\r\\n`, 'y');
const QUOTED = '"(?:[\\t !#-[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"';
const EXTENSION = `[\\t ]*;[\\t ]*${TOKEN}(?:[\\t ]*=[\\t ]*(?:${TOKEN}|${QUOTED}))?`;
const CHUNK_LINE = new RegExp(`([0-9A-Fa-f]{1,13})(?:${EXTENSION})*\\r\\n`, 'y');
const EMPTY = /\r\n/y;

/** A regular expression did not match: the text ends too early, or (Bad) it is malformed. */
class Incomplete extends Error {}
class Malformed extends Error {}

class Cursor {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Matches the next line. Throws if it does not match. */
  line(pattern: RegExp): RegExpExecArray {
    const found = this.try(pattern);
    if (found !== null) return found;
    throw this.text.indexOf('\n', this.at) < 0 ? new Incomplete() : new Malformed();
  }

  try(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at = pattern.lastIndex;
    return found;
  }

  take(length: number): string {
    if (this.text.length - this.at < length) throw new Incomplete();
    this.at += length;
    return this.text.slice(this.at - length, this.at);
  }

  rest(): string {
    return this.take(this.text.length - this.at);
  }
}

/** Reads all requests of a connection. */
export function readRequests(text: string): Reading {
  return read(text, (cursor) => {
    const start = cursor.line(REQUEST_LINE)[0].slice(0, -2);
    const fields = readFields(cursor);
    const old = start.endsWith('0');
    if (valuesOf(fields, 'host').length !== 1 && !old) throw new Malformed();
    const framing = framingOf(fields);
    if (framing === 'chunked' && old) throw new Malformed();
    return { start, fields, body: readBody(cursor, framing === 'none' ? 0 : framing) };
  });
}

/**
 * Reads all final responses of a connection that has ended. `methods`: of the requests that they answer, in order. Interim responses are
 * skipped. `cleanEnd`: the connection ended with FIN, so a body without framing is complete.
 */
export function readResponses(text: string, methods: readonly string[], cleanEnd: boolean): Reading {
  let final = 0;
  return read(text, (cursor) => {
    for (;;) {
      const start = cursor.line(STATUS_LINE)[0].slice(0, -2);
      const fields = readFields(cursor);
      const status = Number(start.slice(9, 12));
      if (status < 200) continue;
      const framing = framingOf(fields);
      const empty = methods[final++] === 'HEAD' || status === 204 || status === 304;
      if (!empty && framing === 'none' && !cleanEnd) throw new Incomplete();
      const body = empty ? '' : framing === 'none' ? cursor.rest() : readBody(cursor, framing);
      return { start, fields, body };
    }
  });
}

function read(text: string, message: (cursor: Cursor) => ReadMessage): Reading {
  const cursor = new Cursor(text);
  const messages: ReadMessage[] = [];
  const starts: number[] = [];
  let end = 0;
  try {
    for (;;) {
      while (cursor.try(EMPTY) !== null);
      if (cursor.at === text.length) return { messages, starts, end, rest: 'nothing' };
      const start = cursor.at;
      messages.push(message(cursor));
      starts.push(start);
      end = cursor.at;
    }
  } catch (error) {
    if (error instanceof Incomplete) return { messages, starts, end, rest: 'cut' };
    if (error instanceof Malformed) return { messages, starts, end, rest: 'bad' };
    throw error;
  }
}

function readFields(cursor: Cursor): [string, string][] {
  const fields: [string, string][] = [];
  while (cursor.try(EMPTY) === null) {
    const [, name = '', value = ''] = cursor.line(FIELD);
    fields.push([name, value.replace(/^[\t ]+|[\t ]+$/g, '')]);
  }
  return fields;
}

export function valuesOf(fields: ReadMessage['fields'], name: string): string[] {
  return fields.filter(([it]) => it.toLowerCase() === name).map(([, value]) => value);
}

function framingOf(fields: ReadMessage['fields']): number | 'chunked' | 'none' {
  const lengths = valuesOf(fields, 'content-length');
  const codings = valuesOf(fields, 'transfer-encoding');
  if (lengths.length + codings.length > 1) throw new Malformed();
  const [length] = lengths;
  const [coding] = codings;
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') throw new Malformed();
    return 'chunked';
  }
  if (length === undefined) return 'none';
  // At most as many digits as the largest safe integer has, including zeros in front.
  if (!/^\d{1,16}$/.test(length) || !Number.isSafeInteger(Number(length))) throw new Malformed();
  return Number(length);
}

function readBody(cursor: Cursor, framing: number | 'chunked'): string {
  if (framing !== 'chunked') return cursor.take(framing);
  let body = '';
  for (;;) {
    const size = Number.parseInt(cursor.line(CHUNK_LINE)[1] ?? '', 16);
    if (size === 0) break;
    body += cursor.take(size);
    if (cursor.take(2) !== '\r\n') throw new Malformed();
  }
  readFields(cursor);
  return body;
}
