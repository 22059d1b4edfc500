import { constants, type ServerHttp2Stream } from 'node:http2';
import type { OwnAnswer } from '../../../http1/own-answer.ts';
import type { ResponseHead } from '../../../http1/response-head.ts';
import { grpcOwnAnswer, http2OwnAnswer } from '../../../http2/own-answer.ts';
import { fieldsWithStatus, responseFields, fieldsOfLines } from '../../../http2/response-fields.ts';
import type { BodyKind, Ending, Hold } from '../../exchange/ends.ts';
import { fieldObject } from './field-object.ts';
import type { StreamWriter } from './stream-writer.ts';

const { NGHTTP2_HTTP_1_1_REQUIRED } = constants;

/** The stream of a response, as far as the response moves it. */
export interface RespondingStream {
  readonly stream: ServerHttp2Stream;
  readonly sendQueue: StreamWriter;
  readonly closed: boolean;
  /** The request's method is HEAD. */
  readonly headOnly: boolean;
  /** The client calls by gRPC. */
  readonly isGrpc: boolean;
  /** An HTTP-date. */
  readonly date: string;
  /** Strict-Transport-Security for this client; '' for none. */
  readonly hsts: string;
  resetWith(code: number): void;
  /** Ends at once, and not so that what was written looks whole. */
  breakNow(error: Error): void;
}

/** What is written of one response: interim heads, the head with the first piece of the body, DATA, trailers. */
export class StreamResponse {
  readonly #it: RespondingStream;
  /** The head, until its first piece is here: names and values in turn. */
  #fields: string[] | undefined = undefined;
  #waitsForTrailers = false;
  #trailers = '';
  #needsHttp1 = false;

  constructor(it: RespondingStream) {
    this.#it = it;
  }

  interim(status: number, fields: readonly string[]): void {
    if (this.#it.closed) return;
    this.#it.stream.additionalHeaders({ ...fieldObject(fields), ':status': status });
  }

  begin(head: ResponseHead, body: BodyKind): void {
    // Streams of many requests share the connection, and a login by NTLM or Negotiate would be that of all.
    this.#needsHttp1 = head.login;
    this.#fields = responseFields(head, body, this.#it);
    this.#waitsForTrailers = body === 'chunked';
  }

  write(buf: Buffer, start: number, end: number, ending: Ending): Hold {
    const { sendQueue } = this.#it;
    if (this.#needsHttp1) this.#it.resetWith(NGHTTP2_HTTP_1_1_REQUIRED);
    if (this.#it.closed) return 'free';
    const fields = this.#fields;
    if (ending !== undefined) this.#trailers = ending;
    if (fields !== undefined) {
      this.#fields = undefined;
      const isWhole = ending === '';
      if (isWhole) this.#waitsForTrailers = false;
      const endStream = isWhole && start === end;
      if (!this.#sendHead(fields, endStream) || endStream) return 'free';
    }
    return ending === undefined ? sendQueue.write(buf, start, end) : sendQueue.writeLast(buf, start, end);
  }

  /** The router's own; bytes of its body. */
  answer(answer: OwnAnswer): number {
    const { closed, sendQueue, isGrpc } = this.#it;
    const { fields, body } = isGrpc ? grpcOwnAnswer(answer, this.#it) : http2OwnAnswer(answer, this.#it);
    this.#fields = undefined;
    this.#waitsForTrailers = false;
    if (!closed && this.#sendHead(fields, body === '') && body !== '') sendQueue.writeText(body);
    return body.length;
  }

  /**
   * A pod's 101: its stream is a tunnel from now on (RFC 8441 section 5). Trailers are waited for though there are none: without
   * them `close(CANCEL)` would end the stream like a FIN.
   */
  switched(head: ResponseHead): void {
    this.#waitsForTrailers = true;
    if (!this.#it.closed) this.#sendHead(fieldsWithStatus(head, 200), false);
  }

  /** False: node:http2 refused a field that our parser takes, and the stream was reset. */
  #sendHead(fields: readonly string[], endStream: boolean): boolean {
    const { stream } = this.#it;
    const waitForTrailers = this.#waitsForTrailers;
    if (waitForTrailers) stream.on('wantTrailers', () => this.#sendTrailers());
    try {
      stream.respond(fields, { endStream, waitForTrailers });
      return true;
    } catch (error) {
      this.#it.breakNow(error as Error);
      return false;
    }
  }

  #sendTrailers(): void {
    if (!this.#it.closed) this.#it.stream.sendTrailers(fieldObject(fieldsOfLines(this.#trailers)));
  }
}
