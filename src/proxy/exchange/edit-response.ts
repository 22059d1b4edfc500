import type { ResponseHead } from '../../http1/response-head.ts';
import type { Decision } from '../../routing/decide.ts';
import type { LiveEndpointOptions } from '../../routing/live-endpoint-options.ts';
import type { UpstreamRequest } from './ends.ts';

/** An exchange, as far as an answer in place of the pod's depends on it. */
interface Answered {
  readonly decision: Decision | undefined;
  readonly request: UpstreamRequest | undefined;
}

/** Makes a pod's final response what its words ask for. */
export function editResponse(head: ResponseHead, { responseEdits }: LiveEndpointOptions): void {
  if (responseEdits === undefined) return;
  head.edits = responseEdits;
  if (SETS_HSTS.test(responseEdits.lines)) head.hasHsts = true;
}

const SETS_HSTS = /^strict-transport-security:/im;

/**
 * Field lines that the router's own answers have for the sake of the route: those that the responses of its pods are given. The pod that was
 * asked decides; before one is asked, the newest one that is ready.
 */
export function routeFields({ decision, request }: Answered): string {
  if (request !== undefined) return request.endpoint.options.ownFields;
  if (decision === undefined || decision.kind === 'hangup' || decision.route === undefined) return '';
  return decision.route.rotation.newest?.options.ownFields ?? '';
}
