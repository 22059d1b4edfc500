import type { RequestHead } from '../../http1/request-head.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import { answerUnderPrefix } from '../../routing/answer-under-prefix.ts';
import type { Decision, Forward } from '../../routing/decide.ts';
import type { LiveEndpointOptions } from '../../routing/live-endpoint-options.ts';
import { withoutSlash } from '../../routing/rewrite-path.ts';
import type { UpstreamRequest } from './ends.ts';

/** An exchange, as far as an answer in place of the pod's depends on it. */
interface Answered {
  readonly head: RequestHead;
  readonly decision: Decision | undefined;
  readonly request: UpstreamRequest | undefined;
}

/** Makes a pod's final response what its words ask for. */
export function editResponse(head: ResponseHead, exchange: Answered): void {
  const { options } = (exchange.request as UpstreamRequest).endpoint;
  if (options.prefix !== undefined && options.answersAsIs !== true) underPrefix(head, exchange, options);
  const { responseEdits } = options;
  if (responseEdits === undefined) return;
  head.edits = responseEdits;
  if (SETS_HSTS.test(responseEdits.lines)) head.hasHsts = true;
}

function underPrefix(
  response: ResponseHead,
  { decision, head }: Answered,
  { prefix: inner = '', hostOfPod }: LiveEndpointOptions,
): void {
  const outer = withoutSlash((decision as Forward).route.path);
  if (outer === inner) return;
  const hosts = hostOfPod === undefined ? [head.host] : [head.host, hostOfPod];
  answerUnderPrefix(response, { outer, inner, hosts });
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
