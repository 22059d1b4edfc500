import { grpcStatus } from './grpc-status.ts';
import type { Http2Stream } from './session/stream.ts';
import { type AnswerForm, type OwnAnswer, writeOwnAnswer } from '../http1/own-answer.ts';

/** The parameters of an answer's form, besides the answer itself. */
export type StreamForm = Pick<AnswerForm, 'date' | 'headOnly' | 'hsts'>;

/** One of podway's own answers, as a stream sends it. */
export interface Http2OwnAnswer {
  /** Names and values in turn, `:status` first. */
  readonly fields: readonly string[];
  /** Latin1. */
  readonly body: string;
}

/**
 * An answer for gRPC clients: HTTP status 200 with a `grpc-status`, in one HEADERS frame. From any other HTTP status, gRPC clients
 * derive only UNKNOWN or UNAVAILABLE.
 */
export function grpcOwnAnswer(answer: OwnAnswer, { date, hsts }: StreamForm): Http2OwnAnswer {
  const { reason, requestId } = answer;
  const fields = [':status', '200', 'date', date, 'content-type', 'application/grpc'];
  fields.push('grpc-status', String(grpcStatus(answer)), 'grpc-message', reason);
  fields.push('x-podway-reason', reason, 'x-request-id', requestId);
  if (hsts !== '') fields.push('strict-transport-security', hsts);
  return { fields, body: '' };
}

/**
 * The answer as far as it can be sent now: without its body if the client does not accept it yet. So answers to a client that
 * accepts no DATA end at once, and do not keep their streams in memory. A page is what the client wants, so it waits.
 */
export function sendableNow(
  answer: Http2OwnAnswer,
  isPage: boolean,
  stream: Pick<Http2Stream, 'canSend'>,
): Http2OwnAnswer {
  const { fields, body } = answer;
  if (isPage || body === '' || stream.canSend(body.length)) return answer;
  const isOfBody = (at: number) => /^content-(?:type|length)$/.test(fields[at - (at % 2)] as string);
  return { fields: fields.filter((_, at) => !isOfBody(at)), body: '' };
}

/** The same answer as over HTTP/1.1, without the fields of the connection. */
export function http2OwnAnswer(answer: OwnAnswer, { date, headOnly, hsts }: StreamForm): Http2OwnAnswer {
  const text = writeOwnAnswer(answer, { close: false, date, headOnly, minor: 1, hsts });
  const end = text.indexOf('\r\n\r\n');
  const [, ...lines] = text.slice(0, end).split('\r\n');
  const fields = [':status', String(answer.status)];
  for (const line of lines) {
    const colon = line.indexOf(': ');
    fields.push(line.slice(0, colon).toLowerCase(), line.slice(colon + 2));
  }
  return { fields, body: text.slice(end + 4) };
}
