import type { HeadReason } from '../boundary/reasons.ts';
import { FIELD_STRIDE } from '../http1/field-scanner.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { RequestParser, type RequestReading } from '../http1/request-parser.ts';
import { websocketAccept } from '../http1/upgrade.ts';
import { type Http2Transport, RequestText } from './request-text.ts';

/** Reads request heads of HTTP/2 with the HTTP/1.1 parser and its limits. Many connections share one reader. */
export class Http2RequestReader {
  /** Why `read` returned undefined. */
  error: HeadReason = 'bad-header';
  readonly #parser: RequestParser;
  readonly #proto: Http2Transport['proto'];
  readonly #reading: RequestReading;
  readonly #text = new RequestText();
  /** One octet longer than the limit of a head, so the parser rejects a longer head as in HTTP/1.1. */
  readonly #octets: Buffer;

  constructor(reading: RequestReading, proto: Http2Transport['proto']) {
    this.#reading = reading;
    this.#proto = proto;
    this.#parser = new RequestParser(reading);
    this.#octets = Buffer.allocUnsafeSlow(reading.limits.head + 1);
  }

  /** The request head; undefined: see `error`. For `raw`, `ended` and `websocketKey` see RequestText. */
  read(raw: readonly string[], ended: boolean, websocketKey: () => string): RequestHead | undefined {
    const { secureTargets } = this.#reading;
    const text = this.#text;
    if (!text.write(raw, ended, { proto: this.#proto, secureTargets }, websocketKey)) {
      this.error = text.error;
      return undefined;
    }
    const octets = this.#octets;
    const size = octets.write(text.text, 0, 'latin1');
    const end = this.#parser.parse(octets, 0, size);
    const { head, error } = this.#parser;
    this.#parser.reset();
    if (end === size && head.fields.length === text.lines * FIELD_STRIDE) {
      head.version = 2;
      if (text.websocketKey !== '') head.websocketAccept = websocketAccept(text.websocketKey);
      return head;
    }
    // The end or the number of fields differs from the text: the fields had an octet that the session should have rejected.
    this.error = end < 0 ? error : 'bad-header';
    return undefined;
  }
}
