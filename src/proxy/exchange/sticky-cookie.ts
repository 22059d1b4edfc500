import { FoldedNames } from '../../http1/folded-names.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import { isShared } from '../../http1/shared-response.ts';
import type { Decision } from '../../routing/decision.ts';
import type { Endpoint } from '../../routing/endpoint.ts';
import { presentedValue, stickyValue } from '../../routing/sticky.ts';
import { isSecure } from '../../routing/transport.ts';

/** An exchange, as far as the cookie of a sticky route depends on it. */
interface Kept {
  readonly head: RequestHead;
  readonly decision: Decision | undefined;
  readonly downstream: { readonly peer: Peer };
}

const NOTHING_DROPPED = new FoldedNames([]);

/** What a path may contain as the attribute of a cookie (RFC 6265 section 4.1.1). */
const COOKIE_PATH = /^\/[\x21-\x3a\x3c-\x7e]*$/;

/**
 * On a sticky route, gives the client the cookie of the pod that has answered, unless the client already has it. podway
 * adds it to no response that shared caches may store: they would send all clients to one pod.
 */
export function addStickyCookie(
  { head, decision, downstream }: Kept,
  response: ResponseHead,
  endpoint: Endpoint,
): void {
  if (decision?.kind !== 'forward') return;
  const { route, grant } = decision;
  const { sticky } = grant.options;
  if (sticky === undefined) return;
  const value = stickyValue(endpoint);
  if (presentedValue(route, head) === value || isShared(response)) return;
  const path = COOKIE_PATH.test(route.path) ? route.path : '/';
  const age = sticky === 0 ? '' : `; Max-Age=${sticky}`;
  const secure = isSecure(head, downstream.peer) ? '; Secure' : '';
  const cookie = `${route.stickyName}=${value}; Path=${path}${age}; HttpOnly; SameSite=Lax${secure}`;
  const { dropped = NOTHING_DROPPED, lines = '' } = response.edits ?? {};
  response.edits = { dropped, lines: `${lines}Set-Cookie: ${cookie}\r\n` };
}
