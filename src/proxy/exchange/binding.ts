import type { Decision } from '../../routing/decision.ts';
import type { Binding, Downstream } from './ends.ts';

/** For whom a connection to a pod is kept on which a login went by; undefined: for no client. */
export function bindingOf(client: Downstream, decision: Decision | undefined): Binding | undefined {
  // A trusted proxy's connection has many users: none of them may get the login of another.
  if (client.peer.trusted || client.closed || decision?.kind !== 'forward') return undefined;
  return { client, route: decision.route };
}
