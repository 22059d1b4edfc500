import type { HeadReason } from '../boundary/reasons.ts';
import type { FieldNames } from './field-names.ts';
import { FieldScanner, SCAN_MORE, SCAN_TOO_MANY } from './field-scanner.ts';
import type { HeadLimits } from './limits.ts';
import { CR, LF, LOWER, PATH, QUESTION_MARK, SP, TARGET } from './octets.ts';
import { restoreQuery } from './queryargs.ts';
import { RequestHead } from './request-head.ts';
import { readRequestFields } from './request-semantics.ts';
import { escapeTarget, readTarget } from './request-target.ts';

/** How the requests of some clients are read. All their connections share it. */
export interface RequestReading {
  readonly limits: HeadLimits;
  readonly names: FieldNames;
  /** These clients may send `https://` targets, because they forward requests of clients that use TLS. */
  readonly secureTargets: boolean;
  /** The protocols for which podway restores the query of an upgrade from the path; undefined: it does not. */
  readonly decomposes: readonly string[] | undefined;
}

const MORE = 0;
const REFUSED = -1;

/** Maximum length of a method, in octets. The longest registered one has 17. */
const MAX_METHOD_LENGTH = 32;
const VERSION_PREFIX = [0x48, 0x54, 0x54, 0x50, 0x2f]; // HTTP/
const VERSION_LENGTH = 8;
const NO_HEAD = new RequestHead();

type State = 'method' | 'path' | 'query' | 'version' | 'line-feed' | 'fields';

/**
 * Reads request heads one after the other (RFC 9112 2, 3, 5), strictly. Parsing can stop after any octet: the parser
 * reads every octet once, the result does not depend on how the bytes were split, and it reports an error with the
 * octet that causes it.
 */
export class RequestParser {
  /** The head that `parse` has completed, until the next `parse` or `reset`. The parser does not change it. */
  head = NO_HEAD;
  /** The reason after `parse` has returned -1. */
  error: HeadReason = 'bad-request-line';
  /**
   * Number of octets from `start` on that were empty lines before the head (RFC 9112 2.2). When `parse` returns 0 the
   * caller may drop them, so a client that sends only empty lines takes no memory.
   */
  skipped = 0;

  readonly #limits: HeadLimits;
  readonly #secureTargets: boolean;
  readonly #decomposes: readonly string[] | undefined;
  readonly #scanner: FieldScanner;
  #state: State = 'method';
  /** Number of octets of the head that were read. The following fields are offsets from the start of the head, too. */
  #at = 0;
  #methodEnd = 0;
  #queryStart = 0;
  #targetEnd = 0;
  /** The target has 8-bit octets. */
  #eightBit = false;
  #major = 0;
  #minor = 0;

  constructor(reading: RequestReading) {
    this.#limits = reading.limits;
    this.#secureTargets = reading.secureTargets;
    this.#decomposes = reading.decomposes;
    this.#scanner = new FieldScanner(reading.names, reading.limits.fields);
  }

  /**
   * Returns the offset after the head that begins at `buf[start]`.
   *
   * Returns 0 when bytes are missing. Then call it again with the same bytes (with or without the skipped ones) and
   * more bytes after them, at any place in any buffer. Returns -1 when the head is refused, see `error`.
   */
  parse(buf: Buffer, start: number, end: number): number {
    const base = this.#skipEmptyLines(buf, start, end);
    if (base === REFUSED) return this.#refuse('bad-request-line');
    this.skipped = base - start;
    if (base === end || buf[base] === CR) return MORE;
    const stop = Math.min(end, base + this.#limits.head);
    if (this.#state !== 'fields') {
      const result = this.#requestLine(buf, base, stop);
      if (result === REFUSED) return REFUSED;
      if (result === MORE) return this.#more(base, stop);
    }
    const result = this.#scanner.scan(buf, base, stop);
    if (result === SCAN_MORE) return this.#more(base, stop);
    if (result < 0) return this.#refuse(result === SCAN_TOO_MANY ? 'too-many-headers' : 'bad-header');
    return this.#complete(buf, base, result);
  }

  /** The head that `parse` has completed. The caller owns it. */
  take(): RequestHead {
    const { head } = this;
    this.head = NO_HEAD;
    return head;
  }

  /** Forgets a head that was begun, refused or completed. */
  reset(): void {
    this.head = NO_HEAD;
    this.#restart();
  }

  #restart(): void {
    this.#state = 'method';
    this.#at = 0;
  }

  /** The offset of the head, or of the CR of an incomplete empty line. No head begins with a CR. */
  #skipEmptyLines(buf: Buffer, start: number, end: number): number {
    let i = start;
    while (i + 1 < end && buf[i] === CR) {
      if (buf[i + 1] !== LF) return REFUSED;
      i += 2;
    }
    return i;
  }

  /** Returns a positive number when the line and its CRLF are complete. */
  #requestLine(buf: Buffer, base: number, stop: number): number {
    const tooLong = base + this.#limits.line + 1;
    const lineStop = Math.min(stop, tooLong);
    let i = base + this.#at;
    if (this.#state === 'method') {
      while (i < lineStop && LOWER[buf[i]!] !== 0) i++;
      if (i - base > MAX_METHOD_LENGTH) return this.#refuse('bad-request-line');
      if (i < lineStop) {
        if (buf[i] !== SP || i === base) return this.#refuse('bad-request-line');
        this.#methodEnd = i - base;
        this.#queryStart = 0;
        this.#eightBit = false;
        this.#state = 'path';
        i++;
      }
    }
    if (this.#state === 'path') {
      while (i < lineStop && PATH[buf[i]!] !== 0) i++;
      if (i < lineStop && buf[i]! >= 0x80) i = this.#escapedLater(PATH, buf, i, lineStop);
      if (i < lineStop) {
        if (buf[i] === QUESTION_MARK) this.#queryStart = i - base;
        this.#state = 'query';
      }
    }
    if (this.#state === 'query') {
      while (i < lineStop && TARGET[buf[i]!] !== 0) i++;
      if (i < lineStop && buf[i]! >= 0x80) i = this.#escapedLater(TARGET, buf, i, lineStop);
      if (i < lineStop) {
        if (buf[i] !== SP || i === base + this.#methodEnd + 1) return this.#refuse('bad-target');
        this.#targetEnd = i - base;
        if (this.#queryStart === 0) this.#queryStart = this.#targetEnd;
        this.#state = 'version';
        i++;
      }
    }
    if (this.#state === 'version') i = this.#version(buf, base, i, lineStop);
    if (i === REFUSED) return REFUSED;
    if (this.#state === 'line-feed' && i < stop) {
      if (buf[i] !== LF) return this.#refuse('bad-request-line');
      this.#state = 'fields';
      this.#scanner.reset(i + 1 - base);
      return i + 1;
    }
    if (i === tooLong && this.#state !== 'line-feed') return this.#refuse('line-too-long');
    this.#at = i - base;
    return MORE;
  }

  /**
   * Continues after an 8-bit octet. Returns the offset of the first octet that does not belong to this part of the
   * target.
   */
  #escapedLater(part: Uint8Array, buf: Buffer, from: number, stop: number): number {
    this.#eightBit = true;
    let i = from;
    while (i < stop && (part[buf[i]!] !== 0 || buf[i]! >= 0x80)) i++;
    return i;
  }

  /**
   * Reads from `HTTP/` to the CR after the version and returns the next offset. Versions other than 1.0 and 1.1 are
   * refused.
   */
  #version(buf: Buffer, base: number, from: number, stop: number): number {
    let i = from;
    for (; i < stop; i++) {
      const octet = buf[i]!;
      const at = i - base - this.#targetEnd - 1;
      if (at < VERSION_PREFIX.length) {
        if (octet !== VERSION_PREFIX[at]) return this.#refuse('bad-version');
      } else if (at === 6) {
        if (octet !== 0x2e) return this.#refuse('bad-version');
      } else if (at < VERSION_LENGTH) {
        const digit = octet - 0x30;
        if (digit < 0 || digit > 9) return this.#refuse('bad-version');
        if (at === 5) this.#major = digit;
        else this.#minor = digit;
      } else {
        if (octet !== CR) return this.#refuse('bad-version');
        if (this.#major !== 1 || this.#minor > 1) return this.#refuse('unknown-version');
        this.#state = 'line-feed';
        return i + 1;
      }
    }
    return i;
  }

  #complete(buf: Buffer, base: number, headEnd: number): number {
    const head = new RequestHead();
    head.text = buf.toString('latin1', base, headEnd);
    head.fields = this.#scanner.fields();
    head.fieldsStart = this.#targetEnd + VERSION_LENGTH + 3;
    head.minor = this.#minor === 1 ? 1 : 0;
    head.method = methodAt(buf, base, head.text, this.#methodEnd);
    const error =
      readTarget(head, this.#methodEnd + 1, this.#queryStart, this.#targetEnd) ?? readRequestFields(head);
    if (error !== null) return this.#refuse(error);
    if (head.secure && !this.#secureTargets) return this.#refuse('https-target');
    if (this.#eightBit) escapeTarget(head);
    if (head.upgrade !== '' && this.#decomposes !== undefined && !restoreQuery(head, this.#decomposes))
      return this.#refuse('bad-queryargs');
    this.head = head;
    this.#restart();
    return headEnd;
  }

  #more(base: number, stop: number): number {
    return stop - base === this.#limits.head ? this.#refuse('head-too-large') : MORE;
  }

  #refuse(reason: HeadReason): number {
    this.error = reason;
    return REFUSED;
  }
}

/** Returns the most common methods as constants, which compare by identity, and others as slices of the head. */
function methodAt(buf: Buffer, base: number, text: string, length: number): string {
  if (length === 3 && buf[base] === 0x47 && buf[base + 1] === 0x45 && buf[base + 2] === 0x54) return 'GET';
  const method = text.slice(0, length);
  return method === 'POST' ? 'POST' : method;
}
