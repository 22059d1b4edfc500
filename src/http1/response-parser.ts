import type { RuleOf } from '../boundary/response-rules.ts';
import { FieldScanner, SCAN_MORE, SCAN_TOO_MANY } from './field-scanner.ts';
import type { HeadLimits } from './limits.ts';
import { CR, LF, SP } from './octets.ts';
import { RESPONSE_FIELD_NAMES } from './response-fields.ts';
import { ResponseHead } from './response-head.ts';
import { readResponseFields } from './response-semantics.ts';

const MORE = 0;
const REFUSED = -1;

/** `HTTP/1.` and a digit, SP, three digits; then SP and the reason phrase, or the end of the line. */
const VERSION_PREFIX = [0x48, 0x54, 0x54, 0x50, 0x2f, 0x31, 0x2e];
const MINOR_AT = 7;
const STATUS_AT = 9;
const REASON_AT = 12;
const NO_HEAD = new ResponseHead();

type State = 'start' | 'reason' | 'line-feed' | 'fields';

/**
 * Reads response heads one after the other, with the contract of RequestParser and nearly as strictly. Pods run
 * existing software, and podway writes heads again, so lines may end in LF alone and statuses may be any three digits.
 * A bare CR is refused.
 */
export class ResponseParser {
  /** The head that `parse` has completed, until the next `parse`. The parser does not change it. */
  head = NO_HEAD;
  /** The rule that was broken, after `parse` has returned -1. */
  error: RuleOf<'head'> = 'bad-status-line';

  /** Always 0: no bytes may come before a response. */
  readonly skipped = 0;

  readonly #limits: HeadLimits;
  readonly #scanner: FieldScanner;
  #state: State = 'start';
  /** Number of octets of the status line that were read. */
  #at = 0;
  #minor: 0 | 1 = 1;
  #status = 0;
  #reasonEnd = 0;
  #cleanReason = true;
  /** The status line ended without CR. */
  #loose = false;

  constructor(limits: HeadLimits) {
    this.#limits = limits;
    this.#scanner = new FieldScanner(RESPONSE_FIELD_NAMES, limits.fields, true);
  }

  /**
   * Returns the offset after the head that begins at `buf[start]`. Returns 0 when bytes are missing: then call it again
   * with the same bytes and more bytes after them, at any place in any buffer. Returns -1 when the head is refused, see
   * `error`.
   */
  parse(buf: Buffer, start: number, end: number): number {
    const stop = Math.min(end, start + this.#limits.head);
    if (this.#state !== 'fields') {
      const result = this.#statusLine(buf, start, stop);
      if (result === REFUSED) return REFUSED;
      if (result === MORE) return this.#more(start, stop);
    }
    const result = this.#scanner.scan(buf, start, stop);
    if (result === SCAN_MORE) return this.#more(start, stop);
    if (result < 0) return this.#refuse(result === SCAN_TOO_MANY ? 'too-many-headers' : 'bad-header');
    return this.#complete(buf, start, result);
  }

  /** The head that `parse` has completed. The caller owns it. */
  take(): ResponseHead {
    const { head } = this;
    this.head = NO_HEAD;
    return head;
  }

  /** Forgets a head that was begun or refused. */
  reset(): void {
    this.#restart();
  }

  #restart(): void {
    this.#state = 'start';
    this.#at = 0;
    this.#status = 0;
    this.#cleanReason = true;
    this.#loose = false;
  }

  /** Returns a positive number when the line and its line end are complete. */
  #statusLine(buf: Buffer, base: number, stop: number): number {
    const tooLong = base + this.#limits.line + 1;
    const lineStop = Math.min(stop, tooLong);
    let i = base + this.#at;
    if (this.#state === 'start') {
      for (; i < lineStop && i - base < REASON_AT; i++) {
        if (!this.#startOctet(i - base, buf[i]!)) return this.#refuse('bad-status-line');
      }
      if (i < lineStop) {
        if (this.#status < 100 || (buf[i] !== SP && buf[i] !== CR && buf[i] !== LF))
          return this.#refuse('bad-status-line');
        this.#state = 'reason';
      }
    }
    if (this.#state === 'reason') {
      for (; i < lineStop && buf[i] !== CR && buf[i] !== LF; i++) {
        if (isControl(buf[i]!)) this.#cleanReason = false;
      }
      if (i < lineStop) {
        this.#reasonEnd = i - base;
        this.#state = 'line-feed';
        if (buf[i] === CR) i++;
        else this.#loose = true;
      }
    }
    if (this.#state === 'line-feed' && i < stop) {
      if (buf[i] !== LF) return this.#refuse('bad-status-line');
      this.#state = 'fields';
      this.#scanner.reset(i + 1 - base);
      return i + 1;
    }
    if (i === tooLong && this.#state !== 'line-feed') return this.#refuse('head-too-large');
    this.#at = i - base;
    return MORE;
  }

  /**
   * Reads octet `at` of `HTTP/1.x NNN`; false if it is not allowed there. Any three digits except 0xx are accepted,
   * because some software sends 999.
   */
  #startOctet(at: number, octet: number): boolean {
    if (at < MINOR_AT) return octet === VERSION_PREFIX[at];
    if (at === MINOR_AT + 1) return octet === SP;
    const digit = octet - 0x30;
    if (at === MINOR_AT) {
      this.#minor = digit === 0 ? 0 : 1;
      return digit === 0 || digit === 1;
    }
    this.#status = this.#status * 10 + digit;
    return digit >= (at === STATUS_AT ? 1 : 0) && digit <= 9;
  }

  #complete(buf: Buffer, base: number, headEnd: number): number {
    const head = new ResponseHead();
    head.text = buf.toString('latin1', base, headEnd);
    head.fields = this.#scanner.fields();
    head.fieldsStart = this.#reasonEnd + 2;
    head.loose = this.#loose || this.#scanner.loose;
    head.status = this.#status;
    head.minor = this.#minor;
    if (this.#cleanReason) head.reason = head.text.slice(REASON_AT + 1, this.#reasonEnd);
    const broken = readResponseFields(head);
    if (broken !== null) return this.#refuse(broken);
    this.head = head;
    this.#restart();
    return headEnd;
  }

  #more(base: number, stop: number): number {
    return stop - base === this.#limits.head ? this.#refuse('head-too-large') : MORE;
  }

  #refuse(rule: RuleOf<'head'>): number {
    this.error = rule;
    return REFUSED;
  }
}

function isControl(octet: number): boolean {
  return (octet < SP && octet !== 0x09) || octet === 0x7f;
}
