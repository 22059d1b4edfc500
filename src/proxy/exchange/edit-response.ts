import { listItems } from '../../http1/field-value.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import { prefixBefore } from '../../http1/forwarded-prefix.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { FoldedNames } from '../../http1/folded-names.ts';
import type { HeadEdits } from '../../http1/head-edits.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import { isShared } from '../../http1/shared-response.ts';
import { responseValues } from '../../http1/response-values.ts';
import { answerUnderPrefix } from '../../routing/answer-under-prefix.ts';
import { answerLines, isForAll } from '../../routing/cors.ts';
import { ownCorsLines } from '../../routing/guards/preflight.ts';
import type { Decision, Forward } from '../../routing/decision.ts';
import type { LiveEndpointOptions } from '../../routing/live-endpoint-options.ts';
import type { Cors } from '../../wiring/options/cors-policy.ts';
import { withoutSlash } from '../../routing/rewrite-path.ts';
import type { UpstreamRequest } from './ends.ts';
import { addStickyCookie } from './sticky-cookie.ts';
import { answerLocally } from './local-request.ts';
import type { ExchangeNeeds } from './needs.ts';

type EditNeeds = Pick<ExchangeNeeds, 'settings' | 'table'>;

/** An exchange, as far as its response depends on it. */
export interface Answered {
  readonly head: RequestHead;
  readonly downstream: { readonly peer: Peer };
  readonly decision: Decision | undefined;
  readonly request: UpstreamRequest | undefined;
  readonly authentication: { readonly cookies: string } | undefined;
}

/** The final response for the client: the response of the pod, or an edited copy. */
export function editResponse(received: ResponseHead, exchange: Answered, needs: EditNeeds): ResponseHead {
  const { endpoint } = exchange.request as UpstreamRequest;
  if (isPassed(exchange, endpoint.options)) return received;
  const head = received.copy();
  editByOptions(head, exchange, endpoint.options);
  addCookies(head, exchange);
  if (exchange.head.renamedFrom !== undefined) answerLocally(head, exchange.head, needs);
  addStickyCookie(exchange, head, endpoint);
  return head;
}

/** podway does not change the response. */
function isPassed(
  { authentication, head, decision }: Answered,
  { prefix, responseEdits }: LiveEndpointOptions,
): boolean {
  return (
    prefix === undefined &&
    responseEdits === undefined &&
    authentication === undefined &&
    head.renamedFrom === undefined &&
    (decision as Forward).grant.options.sticky === undefined
  );
}

/** The same for a 101, which options do not change. */
export function editSwitch(head: ResponseHead, exchange: Answered, needs: EditNeeds): void {
  addCookies(head, exchange);
  if (exchange.head.renamedFrom !== undefined) answerLocally(head, exchange.head, needs);
}

function editByOptions(head: ResponseHead, exchange: Answered, options: LiveEndpointOptions): void {
  if (options.prefix !== undefined && options.answersAsIs !== true) underPrefix(head, exchange, options);
  const { responseEdits } = options;
  if (responseEdits === undefined) return;
  head.edits =
    options.cors === undefined ? responseEdits : shared(head, exchange.head, options.cors, responseEdits);
  if (SETS_HSTS.test(responseEdits.lines)) head.hasHsts = true;
}

/**
 * Adds the cookies of the service for the client. A shared cache must not store them, since it would give this client's
 * session to others: so it must not store the response, even if the pod allows it.
 */
function addCookies(response: ResponseHead, { authentication }: Answered): void {
  if (authentication === undefined || authentication.cookies === '') return;
  const { dropped, lines } = response.edits ?? NO_EDITS;
  const forAll = isShared(response);
  response.edits = {
    dropped: forAll ? dropped.with(CACHE_FIELDS) : dropped,
    lines: `${lines}${authentication.cookies}${CACHE_PRIVATE}`,
  };
}

/** Adds what pages of other origins may do, and the fields of the request on which the response depends. */
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
  { decision, head, downstream: { peer } }: Answered,
  { prefix: inner = '', hostOfPod: ofPod = '' }: LiveEndpointOptions,
): void {
  const outer = withoutSlash((decision as Forward).route.path);
  if (outer === inner) return;
  const announced = `${prefixBefore(head, peer)}${outer}`;
  answerUnderPrefix(response, { outer, announced, inner, ofClient: authoritiesOf(head, peer), ofPod });
}

/** The hosts of the client that a pod may see: a pod uses the forwarded host of a trusted peer. */
function authoritiesOf({ host, forwardedHost }: RequestHead, { trusted }: Peer): readonly string[] {
  const [first] = trusted ? listItems(forwardedHost, 0, forwardedHost.length) : [];
  return first === undefined || first === '' ? [host] : [host, first];
}

const NO_EDITS: HeadEdits = { dropped: new FoldedNames([]), lines: '' };
const CACHE_FIELDS = new FoldedNames(['cache-control', 'cdn-cache-control', 'surrogate-control']);
const CACHE_PRIVATE = 'Cache-Control: private\r\n';
const SETS_HSTS = /^strict-transport-security:/im;

/**
 * The field lines that podway's own answers have because of their route: those that podway adds to the responses of its
 * pods. The options of the pod that was asked apply; before podway asks one, those of the newest pod that is ready.
 */
export function routeFields(exchange: Answered): string {
  const cookies = exchange.authentication?.cookies ?? '';
  return cookies === '' ? fieldsOfRoute(exchange) : `${fieldsOfRoute(exchange)}${cookies}${CACHE_PRIVATE}`;
}

function fieldsOfRoute({ decision, request, head }: Answered): string {
  if (request !== undefined) {
    const { cors, ownFields } = request.endpoint.options;
    if (cors === undefined) return ownFields;
    return `${ownFields}${answerLines(cors, head)}${isForAll(cors) ? '' : 'Vary: Origin\r\n'}`;
  }
  if (decision === undefined || decision.kind === 'hangup' || decision.route === undefined) return '';
  // The answer to a preflight already has these fields.
  if (decision.kind === 'answer' && decision.reason === 'preflight') return '';
  const { route } = decision;
  return (route.rotation.newest?.options.ownFields ?? '') + ownCorsLines(route, head);
}
