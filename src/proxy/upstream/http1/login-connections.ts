import type { Endpoint } from '../../../routing/route.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

/** The idle pod connections of a worker that carry a client's login; each belongs to one client connection (see Logins). */
export class LoginConnections {
  /** The connection used longest ago comes first. */
  readonly #idle = new Set<UpstreamConnection>();

  get size(): number {
    return this.#idle.size;
  }

  add(connection: UpstreamConnection): void {
    connection.place = 'login';
    // It ends with its client's connection.
    connection.idleUntil = Number.POSITIVE_INFINITY;
    connection.endpoint.behaviour.logins += 1;
    this.#idle.add(connection);
  }

  /** Returns false if it is none of them. */
  forget(connection: UpstreamConnection): boolean {
    if (!this.#idle.delete(connection)) return false;
    connection.place = 'busy';
    connection.endpoint.behaviour.logins -= 1;
    return true;
  }

  /** A connection to this endpoint. */
  of(endpoint: Endpoint): UpstreamConnection | undefined {
    if (endpoint.behaviour.logins === 0) return undefined;
    for (const connection of this.#idle) if (connection.endpoint === endpoint) return connection;
    return undefined;
  }

  oldest(): UpstreamConnection | undefined {
    return this.#idle.values().next().value;
  }

  /** Closes the connections to this endpoint. */
  end(endpoint: Endpoint): void {
    if (endpoint.behaviour.logins === 0) return;
    for (const connection of this.#idle) if (connection.endpoint === endpoint) connection.destroy();
  }
}
