import { firstByteWait } from '../../../routing/concurrency.ts';
import type { Endpoint } from '../../../routing/route.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

/** Milliseconds between two idle connections that podway keeps for a moment although a new one waits: see `mayProbeConcurrency`. */
const PROBE_INTERVAL = 1_000;

/**
 * New connections whose pod has not sent a byte yet. A pod that serves one connection at a time reads from one that is
 * idle here until its own timeout, while a new one waits in its backlog: then podway must close the idle one.
 */
export class UnansweredConnections {
  /** In the order in which they were opened. */
  readonly #waiting = new Set<UpstreamConnection>();
  /** Endpoints with a connection that has waited for too long. */
  readonly #stalled = new Set<Endpoint>();

  /** The connection was opened at `now` (milliseconds on the worker's clock). */
  begin(connection: UpstreamConnection, now: number): void {
    connection.waitingSince = now;
    this.#waiting.add(connection);
  }

  /** A byte came, or the connection is gone. */
  over(connection: UpstreamConnection): void {
    if (connection.waitingSince < 0) return;
    const { endpoint } = connection;
    connection.waitingSince = -1;
    this.#waiting.delete(connection);
    if (!connection.overdue) return;
    connection.overdue = false;
    endpoint.behaviour.overdue -= 1;
    if (endpoint.behaviour.overdue === 0) this.#stalled.delete(endpoint);
  }

  /** Notes connections that have now waited for too long, and calls `giveUp` for the endpoints of all that have. */
  sweep(now: number, giveUp: (endpoint: Endpoint) => void): void {
    for (const connection of this.#waiting) {
      const { endpoint, waitingSince } = connection;
      const maxWait = firstByteWait(endpoint.behaviour);
      const never = maxWait === Number.POSITIVE_INFINITY;
      if (!never && now - waitingSince <= maxWait) continue;
      // Its endpoint counts it from now on, so it need not be checked again.
      this.#waiting.delete(connection);
      if (never) continue;
      connection.overdue = true;
      endpoint.behaviour.overdue += 1;
      this.#stalled.add(endpoint);
    }
    for (const endpoint of this.#stalled) if (blockingConnection(endpoint)) giveUp(endpoint);
  }
}

/** A new connection has waited for so long that a connection released now would be in its way. */
export function blockingConnection({ behaviour }: Endpoint): boolean {
  return behaviour.overdue > 0 && behaviour.serves !== 'several';
}

/**
 * Whether podway keeps a connection until the next sweep although it is in the way of others. It does so once every
 * PROBE_INTERVAL: if the pod answers on others meanwhile, it serves several, and podway could not see this without an
 * idle connection.
 */
export function mayProbeConcurrency({ behaviour }: Endpoint, now: number): boolean {
  if (now - behaviour.probedAt < PROBE_INTERVAL) return false;
  behaviour.probedAt = now;
  return true;
}
