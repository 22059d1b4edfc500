import type { OwnAnswer } from '../../../http1/own-answer.ts';
import type { FieldMarks, ResponseHead } from '../../../http1/response-head.ts';
import { grpcOwnAnswer, http2OwnAnswer, sendableNow } from '../../../http2/own-answer.ts';
import { fieldsWithStatus, responseFields, fieldsOfLines } from '../../../http2/response-fields.ts';
import { CODE } from '../../../http2/session/codes.ts';
import type { Http2Stream } from '../../../http2/session/stream.ts';
import type { BodyKind, Ending, Hold } from '../../exchange/ends.ts';
import type { StreamWriter } from './stream-writer.ts';

/** The stream of a response, as far as StreamResponse needs it. */
export interface RespondingStream {
  readonly stream: Http2Stream;
  readonly sendQueue: StreamWriter;
  readonly closed: boolean;
  /** The request's method is HEAD. */
  readonly headOnly: boolean;
  /** The request is a gRPC call. */
  readonly isGrpc: boolean;
  /** An HTTP-date. */
  readonly date: string;
  /** Strict-Transport-Security for this client; '' for none. */
  readonly hsts: string;
  resetWith(code: number): void;
}

/** Writes one response: interim heads, the head together with the first bytes of the body, DATA, and trailers. */
export class StreamResponse {
  /** A pod has responded. */
  isOfPod = false;
  readonly #it: RespondingStream;
  /** The head, until the first bytes of the body are written: names and values in turn. */
  #fields: string[] | undefined = undefined;
  /** The names of its never indexed fields. */
  #neverIndexed: ReadonlySet<string> | undefined = undefined;
  #marks: FieldMarks | undefined = undefined;
  #needsHttp1 = false;

  constructor(it: RespondingStream) {
    this.#it = it;
  }

  /** Writes 100 (Continue). */
  askForBody(): void {
    if (!this.#it.closed) this.#it.stream.respond(CONTINUE, false);
  }

  /**
   * Forwards an interim response of the pod, except 100, which podway sends itself (RFC 9110 section 10.1.1). No window limits heads, so
   * the caller drops those for a client that does not read.
   */
  interim(head: ResponseHead): void {
    const { status, marks } = head;
    if (this.#it.closed || status === 100) return;
    this.#it.stream.respond(fieldsWithStatus(head, status), false, marks?.neverIndexed);
  }

  /** The pod's response begins. Its head is written with the first bytes of its body. */
  begin(head: ResponseHead, body: BodyKind): void {
    this.isOfPod = true;
    // Many requests share the connection, and a login by NTLM or Negotiate would apply to all of them.
    this.#needsHttp1 = head.login;
    this.#fields = responseFields(head, body, this.#it);
    this.#marks = head.marks;
    // The pod's trailers may arrive before the head is written.
    this.#neverIndexed = head.marks?.neverIndexed;
  }

  /** Writes bytes of the body. `ending`: undefined if more follow, '' or the lines of the trailers with the last bytes. */
  write(buf: Buffer, start: number, end: number, ending: Ending): Hold {
    const { sendQueue, stream } = this.#it;
    if (this.#needsHttp1) this.#it.resetWith(CODE.http11Required);
    if (this.#it.closed) return 'free';
    const isLast = ending === '';
    const fields = this.#fields;
    if (fields !== undefined) {
      this.#fields = undefined;
      const isAll = isLast && start === end;
      stream.respond(fields, isAll, this.#neverIndexed);
      if (isAll) return 'free';
    }
    sendQueue.write(buf, start, end, isLast);
    if (ending !== undefined && !isLast) stream.end(fieldsOfLines(ending), this.#marks?.neverIndexed);
    return 'free';
  }

  /** Writes one of podway's own answers, and returns the bytes of its body. */
  answer(answer: OwnAnswer): number {
    const { closed, stream, sendQueue, isGrpc } = this.#it;
    const whole = isGrpc ? grpcOwnAnswer(answer, this.#it) : http2OwnAnswer(answer, this.#it);
    const { fields, body } = sendableNow(whole, answer.page !== undefined, stream);
    this.#fields = undefined;
    if (closed) return body.length;
    stream.respond(fields, body === '');
    if (body !== '') sendQueue.write(Buffer.from(body, 'latin1'), 0, body.length, true);
    return body.length;
  }

  /** The pod answered 101: writes 200, and the stream is a tunnel from now on (RFC 8441 section 5). */
  switched(head: ResponseHead): void {
    this.isOfPod = true;
    if (!this.#it.closed) this.#it.stream.respond(fieldsWithStatus(head, 200), false);
  }
}

const CONTINUE = [':status', '100'];
