import { performance } from 'node:perf_hooks';
import { REASONS, type RefusalReason } from '../../../boundary/reasons.ts';
import type { Peer } from '../../../http1/forwarded-lines.ts';
import { http2OwnAnswer, sendableNow } from '../../../http2/own-answer.ts';
import { CODE } from '../../../http2/session/codes.ts';
import type { Http2Stream } from '../../../http2/session/stream.ts';
import { NO_HANDLER } from '../../../http2/session/stream-ends.ts';
import { strictTransport } from '../../../routing/transport.ts';
import { recordRefusal } from '../../exchange/record-refusal.ts';
import type { ClientNeeds } from '../needs.ts';

/** The connection of a stream whose request is refused before an exchange begins. */
interface RefusingConnection {
  readonly needs: ClientNeeds;
  readonly peer: Peer;
}

/**
 * Answers a request head that the parser rejected. podway reads no body: once the answer is sent, a reset with NO_ERROR makes the
 * client stop sending (RFC 9113 section 8.1). `request`: names and values in turn.
 */
export function refuseStream(
  { needs, peer }: RefusingConnection,
  stream: Http2Stream,
  reason: RefusalReason,
  request: readonly string[],
): void {
  const { status } = REASONS[reason];
  const requestId = needs.ids.next();
  const hsts = strictTransport(needs.settings.hsts, undefined, peer);
  const form = { date: needs.date, headOnly: request[1] === 'HEAD', hsts };
  const whole = http2OwnAnswer({ status, reason, requestId }, form);
  const { fields, body } = sendableNow(whole, false, stream);
  const stop = (): void => {
    if (stream.isSent && !stream.isReceived) stream.reset(CODE.noError);
  };
  stream.handler = { ...NO_HANDLER, drained: stop };
  stream.respond(fields, body === '');
  if (body !== '') stream.write(Buffer.from(body, 'latin1'), 0, body.length, true);
  stop();
  const begin = performance.now();
  recordRefusal(needs, peer, { status, reason, requestId, begin, bytesSent: body.length });
}

/** Resets the stream with HTTP_1_1_REQUIRED, so that the client repeats the request over HTTP/1.1 (RFC 9113 section 7). */
export function refuseLogin({ needs, peer }: RefusingConnection, stream: Http2Stream): void {
  const requestId = needs.ids.next();
  const begin = performance.now();
  stream.reset(CODE.http11Required);
  needs.counts.http2.reset('router');
  const refusal = { status: 0, reason: 'connection-login', requestId, begin, bytesSent: 0 } as const;
  recordRefusal(needs, peer, refusal);
}
