import type { RequestHead } from '../../../http1/request-head.ts';
import type { Endpoint } from '../../../routing/endpoint.ts';
import type { Origin, UpstreamEvents, Upstreams } from '../../exchange/ends.ts';
import type { PodNeeds } from './needs.ts';
import { PodRequest } from './pod-request.ts';

/** Opens tries at pods by HTTP/1.1. */
export class PodUpstreams implements Upstreams {
  readonly #needs: PodNeeds;

  constructor(needs: PodNeeds) {
    this.#needs = needs;
  }

  request(endpoint: Endpoint, origin: Origin, head: RequestHead, events: UpstreamEvents): PodRequest {
    const request = new PodRequest(endpoint, head, events, this.#needs);
    request.begin(origin);
    return request;
  }
}
