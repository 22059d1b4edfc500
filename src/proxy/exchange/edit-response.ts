import type { RequestHead } from '../../http1/request-head.ts';
import type { HeadEdits } from '../../http1/head-edits.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import { responseValues } from '../../http1/response-values.ts';
import { answerUnderPrefix } from '../../routing/answer-under-prefix.ts';
import { answerLines, isForAll } from '../../routing/cors.ts';
import { ownCorsLines } from '../../routing/guards/preflight.ts';
import type { Decision, Forward } from '../../routing/decide.ts';
import type { LiveEndpointOptions } from '../../routing/live-endpoint-options.ts';
import type { Cors } from '../../wiring/words/cors-policy.ts';
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
  head.edits =
    options.cors === undefined ? responseEdits : shared(head, exchange.head, options.cors, responseEdits);
  if (SETS_HSTS.test(responseEdits.lines)) head.hasHsts = true;
}

/** With what pages of other origins may do, and what the answer depends on. */
function shared(
  response: ResponseHead,
  request: RequestHead,
  cors: Cors,
  { dropped, lines }: HeadEdits,
): HeadEdits {
  const vary = isForAll(cors)
    ? responseValues(response, 'vary')
    : withOrigin(responseValues(response, 'vary'));
  const varies = vary.length === 0 ? '' : `Vary: ${vary.join(', ')}\r\n`;
  return { dropped, lines: `${lines}${answerLines(cors, request)}${varies}` };
}

function withOrigin(vary: readonly string[]): readonly string[] {
  const isThere = vary.some((it) => /(?:^|,)\s*(?:origin|\*)\s*(?:,|$)/i.test(it));
  return isThere ? vary : [...vary, 'Origin'];
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
export function routeFields({ decision, request, head }: Answered): string {
  if (request !== undefined) {
    const { cors, ownFields } = request.endpoint.options;
    if (cors === undefined) return ownFields;
    return `${ownFields}${answerLines(cors, head)}${isForAll(cors) ? '' : 'Vary: Origin\r\n'}`;
  }
  if (decision === undefined || decision.kind === 'hangup' || decision.route === undefined) return '';
  // A preflight's answer says all itself.
  if (decision.kind === 'answer' && decision.reason === 'preflight') return '';
  const { route } = decision;
  return (route.rotation.newest?.options.ownFields ?? '') + ownCorsLines(route, head);
}
