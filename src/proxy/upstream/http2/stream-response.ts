import type { FailureReason } from '../../../boundary/reasons.ts';
import type { ResponseRule } from '../../../boundary/response-rules.ts';
import type { BodyKind } from '../../../http1/body-reader.ts';
import type { Ending } from '../../../http1/body-writer.ts';
import type { FieldMarks, ResponseHead } from '../../../http1/response-head.ts';
import { bodyKindOf } from '../../../http1/response-semantics.ts';
import { TRAILER_LIMITS, TrailerSection } from '../../../http1/trailer-section.ts';
import { CODE } from '../../../http2/session/codes.ts';
import type { StreamSink } from '../../../http2/session/stream-ends.ts';
import type { Hold } from '../../exchange/ends.ts';
import type { StreamNeeds } from './needs.ts';
import { section } from '../../../http2/response-text.ts';

const EMPTY = Buffer.alloc(0);

/** The stream of a response, as far as StreamResponse needs it. */
interface RespondingPodStream extends FieldMarks {
  /** Bytes that have arrived and wait because the exchange accepts none for now. */
  readonly held: number;
  /** Offers these bytes to `data` again. */
  resume(): void;
}

/** What a StreamResponse reports. */
export interface ResponseHandler {
  /** Whether the exchange accepts no bytes for now. */
  readonly stalled: () => boolean;
  /** The pod sent a part of the response. */
  readonly received: () => void;
  readonly interim: (head: ResponseHead) => void;
  readonly responded: (head: ResponseHead, body: BodyKind) => void;
  readonly data: (buf: Buffer, start: number, end: number, ending: Ending) => Hold;
  readonly complete: () => void;
  readonly failed: (reason: FailureReason, rule: ResponseRule | '') => void;
  /** The pod has not processed the request (REFUSED_STREAM). */
  readonly refused: () => void;
  /** The stream accepts bytes of the request again. */
  readonly drained: () => void;
  /** The stream is gone. */
  readonly over: () => void;
}

/**
 * Reads the response on one stream. It translates heads to HTTP/1.1 for the one parser of responses, so that limits and rules are
 * the same for all pods.
 */
export class StreamResponse implements StreamSink {
  readonly #method: string;
  readonly #stream: RespondingPodStream;
  readonly #needs: StreamNeeds;
  readonly #handler: ResponseHandler;
  #head: ResponseHead | undefined;
  /** A gRPC response without trailers is not complete. */
  #needsTrailers = false;
  #kind: BodyKind = 'none';
  #size = 0;
  #interims = 0;
  /** Bytes that wait in the stream, as counted in the worker's buffer budget. */
  #held = 0;
  #isOver = false;

  constructor(method: string, stream: RespondingPodStream, needs: StreamNeeds, handler: ResponseHandler) {
    this.#method = method;
    this.#stream = stream;
    this.#needs = needs;
    this.#handler = handler;
  }

  /** From now on, no event is reported. */
  stop(): void {
    this.#isOver = true;
  }

  head(fields: readonly string[], ended: boolean): void {
    if (this.#isOver) return;
    this.#handler.received();
    if ((fields[1] as string).startsWith('1')) this.#interim(fields);
    else this.#respond(fields, ended);
  }

  data(buf: Buffer, start: number, end: number): Hold | 'later' {
    if (this.#isOver) return 'free';
    if (this.#handler.stalled()) return 'later';
    this.#handler.received();
    // Drops a body that is not allowed, such as for HEAD.
    if (this.#kind === 'none') return 'free';
    this.#size += end - start;
    if (this.#kind === 'length' && this.#size > (this.#head as ResponseHead).contentLength) {
      this.#fail('bad-response', 'bad-length');
      return 'free';
    }
    return this.#handler.data(buf, start, end, undefined);
  }

  /** END_STREAM arrived. The response is complete if it has its Content-Length, and for gRPC its trailers. */
  finished(fields: readonly string[]): void {
    const head = this.#head;
    if (this.#isOver || head === undefined) return;
    this.#handler.received();
    const lines = fields.length === 0 ? '' : this.#trailers(fields);
    if (lines === undefined) {
      this.#fail('bad-response', 'bad-trailers');
      return;
    }
    const isShort =
      this.#kind === 'length'
        ? this.#size !== head.contentLength
        : this.#needsTrailers && fields.length === 0;
    if (isShort) {
      this.#fail('upstream-closed');
      return;
    }
    this.#over(() => {
      this.#handler.data(EMPTY, 0, 0, lines);
      this.#handler.complete();
    });
  }

  broken(code: number | undefined): void {
    if (code === CODE.refusedStream && this.#head === undefined) this.#over(() => this.#handler.refused());
    else this.#fail(code === CODE.noError ? 'upstream-closed' : 'upstream-reset');
  }

  /** Bytes wait because the client reads slowly. The pod gets no window back for them, so they are at most one window. */
  held(): void {
    const { budget } = this.#needs;
    const { held } = this.#stream;
    budget.used += held - this.#held;
    this.#held = held;
  }

  /** The exchange accepts bytes again. */
  resume(): void {
    this.#stream.resume();
    this.held();
  }

  malformed(): void {
    this.#fail('bad-response', this.#head === undefined ? 'bad-header' : 'bad-trailers');
  }

  drained(): void {
    this.#handler.drained();
  }

  over(): void {
    this.held();
    this.#handler.over();
  }

  #trailers(fields: readonly string[]): string | undefined {
    const trailers = new TrailerSection(TRAILER_LIMITS, false);
    const bytes = Buffer.from(section(fields), 'latin1');
    const isWhole = trailers.push(bytes, 0, bytes.length) === bytes.length && trailers.done;
    return isWhole ? trailers.lines : undefined;
  }

  #interim(fields: readonly string[]): void {
    this.#interims += 1;
    if (this.#interims > this.#needs.settings.maxInterimResponses) {
      this.#fail('too-many-interim-responses', 'too-many-interim-responses');
      return;
    }
    const head = this.#parse(fields);
    if (head !== undefined && head.status !== 101) this.#handler.interim(head);
    else if (head !== undefined) this.#fail('bad-upgrade-response', 'switch-not-requested');
  }

  #respond(fields: readonly string[], ended: boolean): void {
    const head = this.#parse(fields);
    if (head === undefined) return;
    this.#head = head;
    this.#needsTrailers = !ended && isGrpc(fields);
    const kind = bodyKindOf(head, this.#method);
    // The end of a stream is explicit: a connection that breaks is not taken for the end of the body.
    this.#kind = kind === 'close' ? 'chunked' : kind;
    this.#handler.responded(head, this.#kind);
  }

  #parse(fields: readonly string[]): ResponseHead | undefined {
    const { responses } = this.#needs;
    const head = responses.read(fields);
    if (head === undefined) this.#fail('bad-response', responses.error);
    else head.marks = this.#stream;
    return head;
  }

  #fail(reason: FailureReason, rule: ResponseRule | '' = ''): void {
    this.#over(() => this.#handler.failed(reason, rule));
  }

  #over(report: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    report();
  }
}

function isGrpc(fields: readonly string[]): boolean {
  return fields.some(
    (it, at) => at % 2 === 1 && fields[at - 1] === 'content-type' && it.startsWith('application/grpc'),
  );
}
