import type { Grant } from '../../../routing/grant.ts';
import type { Route } from '../../../routing/route.ts';
import type { Bonds, Downstream } from '../../exchange/ends.ts';
import type { UpstreamConnection } from './upstream-connection.ts';
import type { UpstreamPools } from './upstream-pools.ts';

/** Routes of one client connection that may have a login each; the one used longest ago gives way. */
const MOST = 4;

interface Login {
  readonly host: string;
  readonly path: string;
  readonly connection: UpstreamConnection;
}

/**
 * NTLM and Negotiate log in a connection, not a request: the next request on the pod's connection is that user's. So it belongs to
 * the client connection on which the login went by, for as long as that lives, and its route goes there and nowhere else.
 */
export class Logins implements Bonds {
  /** The one used last at the end. */
  readonly #logins: Login[] = [];
  readonly #pools: UpstreamPools;

  constructor(pools: UpstreamPools) {
    this.#pools = pools;
  }

  /** Those of a client, which end with it. */
  static of(client: Downstream, pools: UpstreamPools): Logins {
    const { bonds } = client;
    if (bonds instanceof Logins) return bonds;
    const logins = new Logins(pools);
    client.bonds = logins;
    return logins;
  }

  end(): void {
    for (const { connection } of this.#logins.splice(0)) connection.destroy();
  }

  /** The exchange on this route is over, and its pod's connection waits for the next one of this client. */
  keep({ host, path }: Route, connection: UpstreamConnection): void {
    if (!this.#pools.keepLogin(connection)) return;
    this.#logins.push({ host, path, connection });
    if (this.#logins.length > MOST) this.#logins.shift()?.connection.destroy();
  }

  /** The connection for a request on this route, no longer kept here; undefined when there is none, or not any more. */
  take({ host, path }: Route, { candidates }: Grant): UpstreamConnection | undefined {
    const at = this.#logins.findIndex((it) => it.host === host && it.path === path);
    const connection = this.#logins.splice(at, at < 0 ? 0 : 1)[0]?.connection;
    if (connection === undefined || connection.gone) return undefined;
    // Its pod has left the route, or the key that came does not reach it.
    if (candidates.includes(connection.endpoint)) return connection;
    connection.destroy();
    return undefined;
  }
}
