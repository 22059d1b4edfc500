import { idMask, keptLines, rewrittenLines } from './canonical-lines.ts';
import { DROPPED_FIELD, FieldNames, OTHER_FIELD } from './field-names.ts';
import { FIELD_STRIDE, FieldScanner, SCAN_MORE } from './field-scanner.ts';

interface TrailerLimits {
  /** All lines with the empty line that ends them, in bytes. */
  readonly size: number;
  readonly fields: number;
}

export const TRAILER_LIMITS: TrailerLimits = { size: 8_192, fields: 64 };

/** Framing fields after the body are an attack and not a mistake, so the message ends with an error. */
const FRAMING_FIELD = 2;
const FRAMING_NAMES = ['content-length', 'transfer-encoding'];

/** Other fields that must not come after the body: routing, credentials, how to read the content (RFC 9110 6.5.1). */
const REFUSED_NAMES = [
  'te trailer connection keep-alive proxy-connection upgrade expect max-forwards',
  'host forwarded x-real-ip x-request-id location',
  'authorization cookie set-cookie www-authenticate proxy-authenticate proxy-authorization',
  'content-type content-encoding content-range range cache-control pragma expires date age vary retry-after',
].flatMap((names) => names.split(' '));
const TRAILER_NAMES = new FieldNames(
  [
    ...FRAMING_NAMES.map((name) => [name, FRAMING_FIELD] as const),
    ...REFUSED_NAMES.map((name) => [name, DROPPED_FIELD] as const),
  ],
  [
    ['x-accel-', DROPPED_FIELD],
    ['x-forwarded-', DROPPED_FIELD],
  ],
);
const KEPT = idMask(OTHER_FIELD);

/** Collects the trailer fields of one body up to their empty line. They may arrive in pieces. */
export class TrailerSection {
  /** The fields that may be passed on, as canonical lines. Complete when `push` has found the end. */
  lines = '';
  done = false;
  readonly #scanner: FieldScanner;
  readonly #octets: Buffer;
  #length = 0;

  constructor(limits: TrailerLimits, lenient: boolean) {
    this.#scanner = new FieldScanner(TRAILER_NAMES, limits.fields, lenient);
    this.#octets = Buffer.allocUnsafeSlow(limits.size);
  }

  /** A line ended without CR. */
  get loose(): boolean {
    return this.#scanner.loose;
  }

  /**
   * Returns the offset after the bytes of the section in `buf[start, end)`; -1 if the section is invalid or too large.
   */
  push(buf: Buffer, start: number, end: number): number {
    const before = this.#length;
    this.#length += buf.copy(this.#octets, before, start, end);
    const sectionEnd = this.#scanner.scan(this.#octets, 0, this.#length);
    if (sectionEnd === SCAN_MORE) return this.#length === this.#octets.length ? -1 : end;
    if (sectionEnd < 0) return -1;
    const fields = this.#scanner.fields();
    if (hasFraming(fields)) return -1;
    const text = this.#octets.toString('latin1', 0, sectionEnd);
    const { loose } = this.#scanner;
    this.lines = loose ? rewrittenLines({ text, fields }, KEPT) : keptLines({ text, fields }, KEPT, 0);
    this.done = true;
    return start + sectionEnd - before;
  }
}

function hasFraming(fields: readonly number[]): boolean {
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) if (fields[at] === FRAMING_FIELD) return true;
  return false;
}
