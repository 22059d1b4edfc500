import type { Reason } from '../boundary/reasons.ts';
import { METHODS } from '../boundary/request-key.ts';
import { connectionLine } from './response-writer.ts';
import { STATUS_TEXT } from './status-text.ts';

/** An answer of podway itself: a status, and the reason in one word. */
export interface OwnAnswer {
  readonly status: number;
  /** For `X-Podway-Reason`. */
  readonly reason: Reason;
  /** For `X-Request-Id`: the same as in the access log. */
  readonly requestId: string;
  /** The Location of a redirect. */
  readonly location?: string | undefined;
  /** ASCII. The body, in place of one line with the status. */
  readonly page?: string | undefined;
  /** Field lines in place of those that belong to the status, each with its CRLF. */
  readonly fields?: string | undefined;
  /** Further field lines, from the options of the route. */
  readonly routeFields?: string;
}

/** The form of the answer, which depends on the connection and the request. */
export interface AnswerForm {
  readonly close: boolean;
  /** An HTTP-date. */
  readonly date: string;
  /** The method of the request is HEAD: the length of the body is sent, the body is not. */
  readonly headOnly: boolean;
  /** The minor version of the client; 1 if it is not known. */
  readonly minor: 0 | 1;
  /** Strict-Transport-Security for this client (RFC 6797 section 7.1: by TLS only); '' for none. */
  readonly hsts: string;
}

const ALLOW = `Allow: ${METHODS.join(', ')}\r\n`;
const RETRY_AFTER = 'Retry-After: 1\r\n';

/**
 * The whole answer as latin1. The body has one line; neither a version of the software nor a part of the request
 * appears in it.
 */
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

/** The body length of an answer of podway itself, for the access log. */
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
