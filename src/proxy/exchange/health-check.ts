import type { RequestHead } from '../../http1/request-head.ts';
import type { RouteTable } from '../../routing/table.ts';
import { requestHost } from '../../wiring/host.ts';
import { type Answer, answer } from '../../routing/decision.ts';

/** The answer to a health check; it counts as no refusal. */
export const HEALTHY = 'healthy';

const WELL = answer(HEALTHY);
const NOT_SYNCED = answer('not-synced');
const DRAINING = answer('draining');

export interface Health {
  readonly settings: { readonly healthPath: string };
  readonly table: RouteTable;
  /** The process is to end soon: nothing new should be sent to it. */
  readonly leaving: boolean;
}

/**
 * The answer to a balancer that checks the routed port: GET or HEAD of exactly HEALTH_PATH, the query aside, where Host is
 * none that is routed. So a pod's own page of that path stays its own. Undefined for every other request.
 */
export function healthCheck(head: RequestHead, { settings, table, leaving }: Health): Answer | undefined {
  // The path of a head has lost a second slash at its beginning, the target has not.
  if (head.path !== settings.healthPath || !head.target.startsWith(head.path)) return undefined;
  if (head.method !== 'GET' && head.method !== 'HEAD') return undefined;
  if (!table.synced) return NOT_SYNCED;
  const host = head.hasHost ? requestHost(head.host) : '';
  if (host === undefined || table.host(host) !== undefined) return undefined;
  return leaving ? DRAINING : WELL;
}
