import { performance } from 'node:perf_hooks';
import { type Reason, REASONS, type RefusalReason } from '../../boundary/reasons.ts';
import { METHODS } from '../../boundary/request-key.ts';
import { writeAnswer } from '../../http1/response-writer.ts';
import type { DownstreamConnection } from '../downstream/http1/downstream-connection.ts';
import type { Exchange } from './exchange.ts';
import type { Refusal } from './record.ts';
import { requestIdOf } from './pod-request.ts';

/** How the router answers by itself: the status and one word why. */
interface OwnAnswer {
  readonly status: number;
  readonly reason: Reason;
  readonly requestId: string;
  readonly keepAlive: boolean;
  /** The request's; what could not be parsed is answered as HTTP/1.1. */
  readonly minor: 0 | 1;
  readonly headOnly: boolean;
  readonly date: string;
  readonly location?: string | undefined;
}

const ALLOW = `Allow: ${METHODS.join(', ')}\r\n`;
const RETRY_AFTER = 'Retry-After: 1\r\n';

/** The whole answer as latin1. */
function ownAnswer(answer: OwnAnswer): string {
  const { status, reason, requestId, keepAlive, headOnly, minor, date } = answer;
  return writeAnswer({
    status,
    reason,
    requestId,
    close: !keepAlive,
    date,
    head: headOnly,
    minor,
    fields: fields(answer),
  });
}

/** Of an own answer, for the access log. */
function bodyBytes(answer: string): number {
  return answer.length - answer.indexOf('\r\n\r\n') - 4;
}

/** Answers a request whose head was read. */
export function sendAnswer(
  exchange: Exchange,
  answer: Pick<OwnAnswer, 'status' | 'reason' | 'keepAlive' | 'location'>,
): void {
  const { downstream, head } = exchange;
  if (exchange.requestId === '') exchange.requestId = requestIdOf(head, downstream);
  const text = ownAnswer({
    ...answer,
    requestId: exchange.requestId,
    minor: head.minor,
    headOnly: head.method === 'HEAD',
    date: downstream.plane.date,
  });
  exchange.ownBytes = bodyBytes(text);
  downstream.sendText(text);
}

/** Answers what never became a request. */
export function sendRefusal(downstream: DownstreamConnection, reason: RefusalReason): Refusal {
  const { status } = REASONS[reason];
  const { date, ids } = downstream.plane;
  const requestId = ids.next();
  const form = { keepAlive: false, minor: 1, headOnly: false } as const;
  const text = ownAnswer({ status, reason, requestId, date, ...form });
  downstream.sendText(text);
  const begin = downstream.headBegin || performance.now();
  return { status, reason, requestId, begin, bytesSent: bodyBytes(text) };
}

function fields({ status, reason, location }: OwnAnswer): string {
  if (status === 503) return RETRY_AFTER;
  if (status === 405 || reason === 'options') return ALLOW;
  return location === undefined ? '' : `Location: ${location}\r\n`;
}
