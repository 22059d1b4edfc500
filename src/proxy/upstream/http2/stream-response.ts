import { constants, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import type { FailureReason } from '../../../boundary/reasons.ts';
import type { ResponseRule } from '../../../boundary/response-rules.ts';
import type { BodyKind } from '../../../http1/body-reader.ts';
import type { Ending } from '../../../http1/body-writer.ts';
import type { ResponseHead } from '../../../http1/response-head.ts';
import { ResponseParser } from '../../../http1/response-parser.ts';
import { bodyKindOf } from '../../../http1/response-semantics.ts';
import { TRAILER_LIMITS, TrailerSection } from '../../../http1/trailer-section.ts';
import type { Hold } from '../../exchange/ends.ts';
import type { StreamNeeds } from './needs.ts';
import { responseText, section } from './response-text.ts';

const EMPTY = Buffer.alloc(0);
/** Of HEADERS: nothing follows. */
const END_STREAM = 0x1;

/** What a response over one stream reports. */
export interface ResponseUser {
  readonly stalled: () => boolean;
  /** Something came. */
  readonly came: () => void;
  readonly interim: (head: ResponseHead) => void;
  readonly responded: (head: ResponseHead, body: BodyKind) => void;
  readonly data: (bytes: Buffer, ending: Ending) => Hold;
  readonly complete: () => void;
  readonly failed: (reason: FailureReason, rule: ResponseRule | '') => void;
  /** The pod has not begun with the request. */
  readonly refused: () => void;
}

/**
 * The response on one stream. Its heads are written as heads of HTTP/1.1 and read by the one parser of responses, so that limits
 * and rules are the same for all pods.
 */
export class StreamResponse {
  readonly #stream: ClientHttp2Stream;
  readonly #method: string;
  readonly #needs: StreamNeeds;
  readonly #user: ResponseUser;
  #head: ResponseHead | undefined;
  #isGrpc = false;
  /** Ended by its head, or by its trailers: the pod has said all. */
  #hasEnd = false;
  #trailers = '';
  #kind: BodyKind = 'none';
  #size = 0;
  #interims = 0;
  #isOver = false;

  constructor(stream: ClientHttp2Stream, method: string, needs: StreamNeeds, user: ResponseUser) {
    this.#stream = stream;
    this.#method = method;
    this.#needs = needs;
    this.#user = user;
    stream.on('headers', (fields, _, raw: unknown) => this.#interim(statusOf(fields), raw as string[]));
    stream.on('response', (fields, flags, raw: unknown) =>
      this.#respond(statusOf(fields), flags, raw as string[]),
    );
    stream.on('data', (bytes: Buffer) => this.#data(bytes));
    stream.on('trailers', (_, __, raw: unknown) => this.#endedBy(raw as string[]));
    stream.on('end', () => this.#end());
    // 'close' says what it means.
    stream.on('error', () => undefined);
  }

  /** Nothing more is reported. */
  stop(): void {
    this.#isOver = true;
  }

  /** The stream is gone. */
  closed(): void {
    if (this.#isOver) return;
    const { rstCode } = this.#stream;
    if (rstCode === constants.NGHTTP2_REFUSED_STREAM && this.#head === undefined)
      this.#over(() => this.#user.refused());
    else this.#fail(rstCode === constants.NGHTTP2_NO_ERROR ? 'upstream-closed' : 'upstream-reset');
  }

  #interim(status: number, raw: readonly string[]): void {
    if (this.#isOver) return;
    this.#user.came();
    this.#interims += 1;
    if (this.#interims > this.#needs.settings.maxInterimResponses)
      return this.#fail('too-many-interim-responses', 'too-many-interim-responses');
    const head = this.#parse(status, raw);
    if (head !== undefined && status !== 101) this.#user.interim(head);
    else if (head !== undefined) this.#fail('bad-upgrade-response', 'switch-not-requested');
  }

  #respond(status: number, flags: number, raw: readonly string[]): void {
    if (this.#isOver) return;
    this.#user.came();
    this.#hasEnd = (flags & END_STREAM) !== 0;
    const head = this.#parse(status, raw);
    if (head === undefined) return;
    this.#head = head;
    this.#isGrpc = raw.some(
      (it, at) => at % 2 === 1 && raw[at - 1] === 'content-type' && it.startsWith('application/grpc'),
    );
    const kind = bodyKindOf(head, this.#method);
    // Here every end shows whether it is one.
    this.#kind = kind === 'close' ? 'chunked' : kind;
    this.#user.responded(head, this.#kind);
  }

  #parse(status: number, raw: readonly string[]): ResponseHead | undefined {
    const text = responseText(status, raw);
    const parser = new ResponseParser(this.#needs.responseLimits);
    const bytes = Buffer.from(text ?? '', 'latin1');
    if (text !== undefined && parser.parse(bytes, 0, bytes.length) === bytes.length) return parser.head;
    this.#fail('bad-response', text === undefined ? 'bad-header' : (parser.error ?? 'bad-header'));
    return undefined;
  }

  #data(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#user.came();
    this.#size += bytes.length;
    // A body where there must be none, as to HEAD, is not read.
    if (this.#kind === 'none') return;
    this.#user.data(bytes, undefined);
    if (!this.#isOver && this.#user.stalled()) this.#stream.pause();
  }

  #endedBy(raw: readonly string[]): void {
    if (this.#isOver) return;
    const trailers = new TrailerSection(TRAILER_LIMITS, false);
    const bytes = Buffer.from(section(raw), 'latin1');
    if (trailers.push(bytes, 0, bytes.length) !== bytes.length || !trailers.done)
      return this.#fail('bad-response', 'bad-trailers');
    this.#hasEnd = true;
    this.#trailers = trailers.lines;
  }

  /**
   * All of it is here. The end of a stream and RST_STREAM with NO_ERROR look alike in Node: a length says which it is, and gRPC
   * always ends with trailers. A pod that resets any other body with "no error" is believed.
   */
  #end(): void {
    if (this.#isOver) return;
    const head = this.#head;
    if (head === undefined) return;
    const isReset = this.#stream.rstCode !== constants.NGHTTP2_NO_ERROR && !this.#hasEnd;
    const isShort =
      this.#kind === 'length' ? this.#size !== head.contentLength : this.#isGrpc && !this.#hasEnd;
    if (isReset || isShort) return this.#fail('upstream-closed');
    this.#over(() => {
      this.#user.data(EMPTY, this.#trailers);
      this.#user.complete();
    });
  }

  #fail(reason: FailureReason, rule: ResponseRule | '' = ''): void {
    this.#over(() => this.#user.failed(reason, rule));
  }

  #over(say: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    say();
  }
}

function statusOf(fields: IncomingHttpHeaders): number {
  return Number((fields as Record<string, unknown>)[':status'] ?? 0);
}
