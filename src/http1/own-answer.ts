import type { Reason } from '../boundary/reasons.ts';
import { METHODS } from '../boundary/request-key.ts';
import { connectionLine } from './response-writer.ts';
import { STATUS_TEXT } from './status-text.ts';

/** How the router answers by itself: a status and one word why. */
export interface OwnAnswer {
  readonly status: number;
  /** For `X-Podway-Reason`. */
  readonly reason: Reason;
  /** For `X-Request-Id`: the same in the access log. */
  readonly requestId: string;
  /** Of a redirect. */
  readonly location?: string | undefined;
  /** ASCII; the body, instead of one line that says the status. */
  readonly page?: string | undefined;
  /** Field lines in place of those that its status has otherwise, each with its CRLF. */
  readonly fields?: string | undefined;
  /** Further ones, for the route. */
  readonly routeFields?: string;
}

/** What the connection and the request say about its form. */
export interface AnswerForm {
  readonly close: boolean;
  /** An HTTP-date. */
  readonly date: string;
  /** The request's method is HEAD: the body's length is sent, the body is not. */
  readonly headOnly: boolean;
  /** The client's version; 1 if it is not known. */
  readonly minor: 0 | 1;
  /** Strict-Transport-Security for this client (RFC 6797 section 7.1: by TLS only); '' for none. */
  readonly hsts: string;
}

const ALLOW = `Allow: ${METHODS.join(', ')}\r\n`;
const RETRY_AFTER = 'Retry-After: 1\r\n';

/** The whole answer as latin1: a body of one line, no version banner, no echo of the request. */
export function writeOwnAnswer(answer: OwnAnswer, form: AnswerForm): string {
  const { status, reason, requestId, page } = answer;
  const { close, date, headOnly, minor, hsts } = form;
  const text = STATUS_TEXT[status] ?? '';
  const line = status === 204 ? '' : `${status} ${text}: ${reason}\n`;
  const body = page ?? line;
  const content = status === 204 ? '' : `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n`;
  const connection = connectionLine(close ? 'close' : 'keep-alive', minor);
  const fields = fieldsOf(answer);
  const hasHsts = hsts === '' || /^strict-transport-security:/im.test(fields);
  const secure = hasHsts ? '' : `Strict-Transport-Security: ${hsts}\r\n`;
  return (
    `HTTP/1.1 ${status} ${text}\r\nDate: ${date}\r\n` +
    `X-Podway-Reason: ${reason}\r\nX-Request-Id: ${requestId}\r\n` +
    `${fields}${secure}${content}${connection}\r\n${headOnly ? '' : body}`
  );
}

/** Of an own answer, for the access log. */
export function bodyLength(answer: string): number {
  return answer.length - answer.indexOf('\r\n\r\n') - 4;
}

function fieldsOf(answer: OwnAnswer): string {
  return ofStatus(answer) + (answer.routeFields ?? '');
}

function ofStatus({ status, reason, location, fields = '' }: OwnAnswer): string {
  if (fields !== '') return location === undefined ? fields : `Location: ${location}\r\n${fields}`;
  if (status === 503) return RETRY_AFTER;
  if (status === 405 || reason === 'options') return ALLOW;
  return location === undefined ? '' : `Location: ${location}\r\n`;
}
