import { performance } from 'node:perf_hooks';
import type { RefusalReason } from '../../boundary/reasons.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { ExchangeNeeds } from './needs.ts';

/** Bytes that did not become a request: a head that podway could not read, or that did not come to its end. */
export interface Refusal {
  readonly status: number;
  readonly reason: RefusalReason;
  readonly requestId: string;
  /** When the first byte came, in milliseconds of performance.now(). */
  readonly begin: number;
  /** Size of the answer's body, in bytes. */
  readonly bytesSent: number;
}

/** Counts a refused head, and writes its log line. */
export function recordRefusal(
  { counts, access, ownAnswers }: Pick<ExchangeNeeds, 'counts' | 'access' | 'ownAnswers'>,
  peer: Peer,
  refusal: Refusal,
): void {
  const { status, reason, requestId, begin, bytesSent } = refusal;
  counts.refused(reason);
  if (reason === 'bad-queryargs') counts.queryargs.refused += 1;
  counts.unrouted.answered('', status);
  const duration = (performance.now() - begin) / 1000;
  ownAnswers?.add({
    ...NO_REQUEST,
    path: '',
    time: Date.now(),
    requestId,
    clientAddress: peer.address,
    status,
    reason,
    // podway did not use a table.
    revision: -1,
    duration,
  });
  access?.({
    ...NO_REQUEST,
    time: Date.now() - duration * 1000,
    clientAddress: peer.address,
    status,
    bytesSent,
    duration,
    reason,
    requestId,
    tls: peer.tls,
  });
}

const NO_REQUEST = {
  method: '',
  target: '',
  host: '',
  protocol: '',
  bytesReceived: 0,
  upstreamAddress: '',
  upstreamDuration: -1,
  attempts: 0,
  tries: [],
  route: '',
  namespace: '',
  pod: '',
  referer: '',
  userAgent: '',
  tunnel: false,
  decomposed: false,
  detail: '',
} as const;
