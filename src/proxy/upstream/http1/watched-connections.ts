import { mayWatch, isProvenClean, recordCleanHead } from '../../../routing/clean-proof.ts';
import type { Endpoint } from '../../../routing/route.ts';
import { TURNS_TO_READ } from '../../bytes/loop-turn.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

/** Milliseconds for which podway reads from a connection after an answer whose announced body must not come. */
const WATCH_DURATION = 100;

/**
 * Connections that no exchange may use yet: their pods have not shown that no bytes come after an answer to HEAD. Bytes
 * that do come end the connection, as on every idle one, and reach no client.
 */
export class WatchedConnections {
  /** The connections, with their pods' hints (see `UpstreamPools.release`). */
  readonly #watches = new Map<UpstreamConnection, number>();

  get size(): number {
    return this.#watches.size;
  }

  /** Returns false if enough connections of that pod are watched. */
  add(connection: UpstreamConnection, hint: number, now: number): boolean {
    const { behaviour } = connection.endpoint;
    if (!mayWatch(behaviour)) return false;
    behaviour.watched += 1;
    connection.place = 'watched';
    connection.idleUntil = now + WATCH_DURATION;
    this.#watches.set(connection, hint);
    return true;
  }

  forget(connection: UpstreamConnection): void {
    if (!this.#watches.delete(connection)) return;
    connection.endpoint.behaviour.watched -= 1;
    connection.place = 'busy';
  }

  /**
   * Judges connections whose time is over: `release` gets those whose pod is now proven clean, and all others are
   * closed.
   */
  sweep(now: number, turn: number, release: (connection: UpstreamConnection, hint: number) => void): void {
    for (const [connection, hint] of this.#watches) {
      if (connection.idleUntil > now || connection.releasedIn > turn - TURNS_TO_READ) continue;
      this.forget(connection);
      const { behaviour } = connection.endpoint;
      if (!connection.stream.destroyed) recordCleanHead(behaviour);
      if (isProvenClean(behaviour)) release(connection, hint);
      else connection.destroy();
    }
  }

  /** Closes the connections to this endpoint. */
  end(endpoint: Endpoint): void {
    if (endpoint.behaviour.watched === 0) return;
    for (const connection of this.#watches.keys()) if (connection.endpoint === endpoint) connection.destroy();
  }
}
