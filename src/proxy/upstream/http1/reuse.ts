import type { RequestHead } from '../../../http1/request-head.ts';
import type { ResponseHead } from '../../../http1/response-head.ts';
import { isProvenClean } from '../../../routing/clean-proof.ts';
import type { ConnectionBehaviour } from '../../../routing/connection-behaviour.ts';

export type ReuseDecision = 'reuse' | 'watch' | 'close';

/**
 * Whether the next exchange may use a connection whose last answer is complete and had no bytes after it. If the pod
 * has not read a part of the request, or has not sent yet a body that the answer should not have, these bytes would be
 * taken for the beginning of the next request or answer, which may be another client's. `sent`: the last byte of the
 * request has left this process.
 *
 *   the pod announces that it closes the connection                        -> close
 *   the answer ended before the request was sent completely                -> close: the pod does not read all of it
 *   GET, HEAD, DELETE or OPTIONS with a body                               -> close: many pods do not read it
 *   a body, and this pod has sent bytes after its answer to one            -> close
 *   HEAD, and the answer announces a body                                  -> watch, until the pod is proven clean
 *   otherwise                                                              -> reuse
 */
export function reuseDecision(
  request: RequestHead,
  sent: boolean,
  response: ResponseHead,
  behaviour: ConnectionBehaviour,
): ReuseDecision {
  if (!response.keepAlive || response.keepAliveMax === 0 || !sent) return 'close';
  if (hasBody(request) && (behaviour.ignoresBodies || isSeldomRead(request.method))) return 'close';
  const announced = response.framing === 'chunked' || response.contentLength > 0;
  return request.method === 'HEAD' && announced && !isProvenClean(behaviour) ? 'watch' : 'reuse';
}

/** Bytes follow the head: even an empty chunked body has some. */
export function hasBody({ framing, contentLength }: RequestHead): boolean {
  return framing === 'chunked' || contentLength > 0;
}

/** Methods whose content has no defined meaning (RFC 9110 sections 9.3.1, 9.3.2, 9.3.5, 9.3.7). */
function isSeldomRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'DELETE' || method === 'OPTIONS';
}
