import type { RuleOf } from '../boundary/response-rules.ts';
import type { HeadLimits } from '../http1/limits.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { ResponseParser } from '../http1/response-parser.ts';
import { responseText } from './response-text.ts';

/** Reads response heads of HTTP/2 with the HTTP/1.1 parser and its limits. All streams of a worker share one reader. */
export class Http2ResponseReader {
  /** Why `read` returned undefined. */
  error: RuleOf<'head'> = 'bad-header';
  readonly #parser: ResponseParser;
  /** One octet longer than the limit of a head, so the parser rejects a longer head as in HTTP/1.1. */
  readonly #octets: Buffer;

  constructor(limits: HeadLimits) {
    this.#parser = new ResponseParser(limits);
    this.#octets = Buffer.allocUnsafeSlow(limits.head + 1);
  }

  /** A new response head; undefined: see `error`. `fields`: names and values in turn, `:status` first. */
  read(fields: readonly string[]): ResponseHead | undefined {
    const parser = this.#parser;
    const size = this.#octets.write(responseText(fields), 0, 'latin1');
    const end = parser.parse(this.#octets, 0, size);
    if (end === size) return parser.take();
    // The end differs from the text: the fields had an octet that the session should have rejected.
    this.error = end < 0 ? parser.error : 'bad-header';
    parser.reset();
    return undefined;
  }
}
