import { writeAnswer } from '../http1/response-writer.ts';

/** How the router answers by itself: the status and one word why. */
export interface OwnAnswer {
  readonly status: number;
  readonly reason: string;
  readonly keepAlive: boolean;
  /** The request's; what could not be parsed is answered as HTTP/1.1. */
  readonly minor: 0 | 1;
  readonly headOnly: boolean;
  readonly date: string;
  readonly location?: string | undefined;
}

const METHODS = 'GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS';
const RETRY_AFTER = 'Retry-After: 1\r\n';

/** The whole answer as latin1. */
export function ownAnswer(answer: OwnAnswer): string {
  const { status, reason, keepAlive, headOnly, minor, date } = answer;
  return writeAnswer({
    status,
    reason,
    close: !keepAlive,
    date,
    head: headOnly,
    minor,
    fields: fields(answer),
  });
}

function fields({ status, reason, location }: OwnAnswer): string {
  if (status === 503) return RETRY_AFTER;
  if (status === 405 || reason === 'options') return `Allow: ${METHODS}\r\n`;
  return location === undefined ? '' : `Location: ${location}\r\n`;
}
