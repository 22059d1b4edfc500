import { RequestHead } from '../../../http1/request-head.ts';
import type { ClientSide } from '../../exchange/ends.ts';

/*
 * What a finished stream holds instead of its request. Pending callbacks keep the stream reachable for a while, and it should not
 * keep the request, the pod and their texts in memory.
 */

export const NO_HEAD = new RequestHead();

export const NO_EXCHANGE: ClientSide = {
  head: NO_HEAD,
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
