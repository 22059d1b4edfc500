import { mayWatch, provenClean, stayedClean } from '../../../routing/clean-proof.ts';
import type { Endpoint } from '../../../routing/route.ts';
import { TURNS_TO_READ } from '../../bytes/loop-turn.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

/** How long a connection is read after an answer whose announced body must not come; milliseconds. */
const WATCH = 100;

/**
 * Connections that no exchange may use for now: their pods have not shown yet that nothing comes after an answer to HEAD.
 * What does come ends the connection, as on every idle one, and reaches no client.
 */
export class WatchedConnections {
  /** With their pods' hints (see `UpstreamPools.release`). */
  readonly #watches = new Map<UpstreamConnection, number>();

  get size(): number {
    return this.#watches.size;
  }

  /** False when enough of that pod are watched. */
  add(connection: UpstreamConnection, hint: number, now: number): boolean {
    const { conduct } = connection.endpoint;
    if (!mayWatch(conduct)) return false;
    conduct.watched += 1;
    connection.place = 'watched';
    connection.idleUntil = now + WATCH;
    this.#watches.set(connection, hint);
    return true;
  }

  forget(connection: UpstreamConnection): void {
    if (!this.#watches.delete(connection)) return;
    connection.endpoint.conduct.watched -= 1;
    connection.place = 'busy';
  }

  /** Judges those whose time is over: `release` gets one whose pod is proven clean now, all others end. */
  sweep(now: number, turn: number, release: (connection: UpstreamConnection, hint: number) => void): void {
    for (const [connection, hint] of this.#watches) {
      if (connection.idleUntil > now || connection.releasedIn > turn - TURNS_TO_READ) continue;
      this.forget(connection);
      const { conduct } = connection.endpoint;
      if (!connection.stream.destroyed) stayedClean(conduct);
      if (provenClean(conduct)) release(connection, hint);
      else connection.destroy();
    }
  }

  /** Ends those to this endpoint. */
  end(endpoint: Endpoint): void {
    if (endpoint.conduct.watched === 0) return;
    for (const connection of this.#watches.keys()) if (connection.endpoint === endpoint) connection.destroy();
  }
}
