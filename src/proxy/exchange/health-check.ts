import type { RequestHead } from '../../http1/request-head.ts';
import type { RouteTable } from '../../routing/table.ts';
import { requestHost } from '../../wiring/host.ts';
import { type Answer, answer } from '../../routing/decision.ts';

/** The reason of the answer to a health check, which does not count as a refusal. */
export const HEALTHY = 'healthy';

const HEALTHY_ANSWER = answer(HEALTHY);
const NOT_SYNCED = answer('not-synced');
const DRAINING = answer('draining');

export interface Health {
  readonly settings: { readonly healthPath: string };
  readonly table: RouteTable;
  /** The process will end soon: load balancers should send no new requests to it. */
  readonly leaving: boolean;
}

/**
 * The answer to a load balancer that checks the routed port: to GET or HEAD of exactly HEALTH_PATH, regardless of the
 * query, if no route has the request's Host. So a pod can still have its own page at that path. Undefined for every
 * other request.
 */
export function healthCheck(head: RequestHead, { settings, table, leaving }: Health): Answer | undefined {
  // The path of a head has lost a second slash at its beginning; the target has not.
  if (head.path !== settings.healthPath || !head.target.startsWith(head.path)) return undefined;
  if (head.method !== 'GET' && head.method !== 'HEAD') return undefined;
  if (!table.synced) return NOT_SYNCED;
  const host = head.hasHost ? requestHost(head.host) : '';
  if (host === undefined || table.host(host) !== undefined) return undefined;
  return leaving ? DRAINING : HEALTHY_ANSWER;
}
