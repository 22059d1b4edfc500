import type { Decision } from '../../routing/decision.ts';
import type { Binding, Downstream } from './ends.ts';

/** The client for which podway keeps a connection to a pod after a login on it; undefined if it keeps it for no client. */
export function bindingOf(client: Downstream, decision: Decision | undefined): Binding | undefined {
  // The connection of a trusted proxy carries requests of many users: no user may get the login of another.
  if (client.peer.trusted || client.closed || decision?.kind !== 'forward') return undefined;
  return { client, route: decision.route };
}
