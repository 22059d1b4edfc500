import { patienceWith } from '../routing/concurrency.ts';
import type { Endpoint } from '../routing/route.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

/**
 * Fresh connections whose pod has not sent a byte yet. A pod that serves one connection at a time reads from one that lies
 * idle here for as long as its own patience lasts, while a fresh one waits in its backlog: then the idle one has to go.
 */
export class FreshWaits {
  /** In the order in which they were opened. */
  readonly #waiting = new Set<UpstreamConnection>();

  /** It was opened at `now` (milliseconds on the worker's clock). */
  begin(connection: UpstreamConnection, now: number): void {
    connection.waitingSince = now;
    this.#waiting.add(connection);
  }

  /** A byte came, or it is gone. */
  over(connection: UpstreamConnection): void {
    if (connection.waitingSince < 0) return;
    connection.waitingSince = -1;
    this.#waiting.delete(connection);
    if (!connection.overdue) return;
    connection.overdue = false;
    connection.endpoint.conduct.overdue -= 1;
  }

  /** Notes those that have waited for too long now, and calls `giveUp` once for each. */
  sweep(now: number, giveUp: (endpoint: Endpoint) => void): void {
    for (const connection of this.#waiting) {
      const { conduct } = connection.endpoint;
      const patience = patienceWith(conduct);
      const never = patience === Number.POSITIVE_INFINITY;
      if (!never && now - connection.waitingSince <= patience) continue;
      // Whatever is given back from now on sees the count below, so nobody has to look at this one again.
      this.#waiting.delete(connection);
      if (never) continue;
      connection.overdue = true;
      conduct.overdue += 1;
      giveUp(connection.endpoint);
    }
  }
}

/** A fresh connection has waited for so long that one given back now would be in its way. */
export function inTheWay({ conduct }: Endpoint): boolean {
  return conduct.overdue > 0 && conduct.serves !== 'several';
}
