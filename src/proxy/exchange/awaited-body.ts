import type { ClientTimeouts } from '../../boundary/route-options.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { BodyRate } from './body-rate.ts';
import { isGrpc } from './grpc.ts';

/**
 * Maximum size of a body that podway collects before it sends the request to a pod; 0: it streams the body. `size` is
 * the value of the request's route.
 */
export function collectedSize(head: RequestHead, size: number): number {
  if (size === 0 || head.framing === 'none' || head.contentLength > size || isGrpc(head)) return 0;
  return size;
}

/** A chunked body that is collected completely is sent with its length, for pods that do not support chunked bodies (CGI, WSGI). */
export function declareLength(head: RequestHead, length: number): void {
  head.framing = 'length';
  head.contentLength = length;
}

/** The minimum rate for a body that has not arrived completely; null if there is none. */
export function bodyRateOf(head: RequestHead, maxWait: ClientTimeouts): BodyRate | null {
  if (maxWait.requestBodyRate === 0 || isGrpc(head)) return null;
  return new BodyRate(maxWait.requestBodyRate, maxWait.bodyGrace, maxWait.clientIdleTimeout);
}
