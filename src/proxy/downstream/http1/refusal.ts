import { performance } from 'node:perf_hooks';
import { REASONS, type RefusalReason } from '../../../boundary/reasons.ts';
import type { Peer } from '../../../http1/forwarded-lines.ts';
import { bodyLength, writeOwnAnswer } from '../../../http1/own-answer.ts';
import { textOnly } from '../../bytes/write-parts.ts';
import { recordRefusal } from '../../exchange/record-refusal.ts';
import type { ClientWriter } from '../client-writer.ts';
import { strictTransport } from '../../../routing/transport.ts';
import type { ClientNeeds } from '../needs.ts';

interface RefusedClient {
  readonly needs: Pick<ClientNeeds, 'settings' | 'date' | 'ids' | 'counts' | 'access' | 'ownAnswers'>;
  readonly peer: Peer;
  readonly writer: ClientWriter;
}

/**
 * Answers bytes that did not become a request, counts the refusal and writes its log line.
 *
 * @param began when the head began, in milliseconds of performance.now(); 0: now
 */
export function answerRefusal(
  { needs, peer, writer }: RefusedClient,
  reason: RefusalReason,
  began: number,
): void {
  const { status } = REASONS[reason];
  const requestId = needs.ids.next();
  const hsts = strictTransport(needs.settings.hsts, undefined, peer);
  const form = { close: true, date: needs.date, headOnly: false, minor: 1, hsts } as const;
  const text = writeOwnAnswer({ status, reason, requestId }, form);
  writer.send(textOnly(text));
  const begin = began || performance.now();
  recordRefusal(needs, peer, { status, reason, requestId, begin, bytesSent: bodyLength(text) });
}
