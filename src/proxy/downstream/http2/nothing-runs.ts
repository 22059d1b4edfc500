import { RequestHead } from '../../../http1/request-head.ts';
import type { ClientSide } from '../../exchange/ends.ts';

/*
 * What a stream that is over holds in place of its request: callbacks that are still to come keep the stream for a while, and the
 * garbage collector should not find a request, its pod and its texts there.
 */

export const NO_HEAD = new RequestHead();

export const NO_EXCHANGE: ClientSide = {
  deadline: Number.POSITIVE_INFINITY,
  pending: 0,
  body: undefined,
  start: nothing,
  shed: () => false,
  drained: nothing,
  ended: nothing,
  gone: nothing,
  expire: nothing,
  cut: nothing,
};

function nothing(): void {
  // The exchange is over.
}
