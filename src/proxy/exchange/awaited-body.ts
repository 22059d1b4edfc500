import type { ClientPatience } from '../../boundary/route-options.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { BodyRate } from './body-rate.ts';
import { isGrpc } from './grpc.ts';

/**
 * Bytes up to which a body is collected before a pod is asked; 0: it is passed on as it comes. `size` is what the request's
 * route says.
 */
export function collectedSize(head: RequestHead, size: number): number {
  if (size === 0 || head.framing === 'none' || head.contentLength > size || isGrpc(head)) return 0;
  return size;
}

/** Collected as a whole, a chunked body is sent with its length: for pods that know no chunks (CGI, WSGI). */
export function declareLength(head: RequestHead, length: number): void {
  head.framing = 'length';
  head.contentLength = length;
}

/** The least rate for a body that has not come as a whole; null when there is none. */
export function bodyRateOf(head: RequestHead, patience: ClientPatience): BodyRate | null {
  if (patience.requestBodyRate === 0 || isGrpc(head)) return null;
  return new BodyRate(patience.requestBodyRate, patience.bodyGrace, patience.clientIdleTimeout);
}
