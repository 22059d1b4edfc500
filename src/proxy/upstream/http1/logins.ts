import type { Grant } from '../../../routing/grant.ts';
import type { Route } from '../../../routing/route.ts';
import type { PinnedConnections, Downstream } from '../../exchange/ends.ts';
import type { UpstreamConnection } from './upstream-connection.ts';
import type { UpstreamPools } from './upstream-pools.ts';

/**
 * Maximum number of routes of one client connection with a login each. Above it, podway closes the one used longest
 * ago.
 */
const MAX_LOGINS = 4;

interface Login {
  readonly host: string;
  readonly path: string;
  readonly connection: UpstreamConnection;
}

/**
 * NTLM and Negotiate log in a connection, not a request: the pod takes the next request on it for one of the same user.
 * So the pod's connection belongs to the client connection on which the user logged in, while that exists, and the
 * client's requests on this route use only this connection.
 */
export class Logins implements PinnedConnections {
  /** The login used last is at the end. */
  readonly #logins: Login[] = [];
  readonly #pools: UpstreamPools;

  constructor(pools: UpstreamPools) {
    this.#pools = pools;
  }

  /** The logins of a client, which end with it. */
  static of(client: Downstream, pools: UpstreamPools): Logins {
    const { pinned } = client;
    if (pinned instanceof Logins) return pinned;
    const logins = new Logins(pools);
    client.pinned = logins;
    return logins;
  }

  end(): void {
    for (const { connection } of this.#logins.splice(0)) connection.destroy();
  }

  /** The exchange on this route is over: the pod's connection waits for the next one of this client. */
  keep({ host, path }: Route, connection: UpstreamConnection): void {
    if (!this.#pools.keepLogin(connection)) return;
    this.#logins.push({ host, path, connection });
    if (this.#logins.length > MAX_LOGINS) this.#logins.shift()?.connection.destroy();
  }

  /** Takes out the connection for a request on this route; undefined if there is none, or if it has ended. */
  take({ host, path }: Route, { candidates }: Grant): UpstreamConnection | undefined {
    const at = this.#logins.findIndex((it) => it.host === host && it.path === path);
    const connection = this.#logins.splice(at, at < 0 ? 0 : 1)[0]?.connection;
    if (connection === undefined || connection.gone) return undefined;
    // If not, its pod has left the route, or the request's key does not reach it.
    if (candidates.includes(connection.endpoint)) return connection;
    connection.destroy();
    return undefined;
  }
}
