import type { Endpoint } from '../../../routing/endpoint.ts';
import { loopTurn } from '../../bytes/loop-turn.ts';
import type { WorkerCounts } from '../../counts/worker-counts.ts';
import type { UpstreamConnection, UpstreamSink } from './upstream-connection.ts';

/** A try whose connection is being opened, and that can use another one instead. */
export interface WaitingTry extends UpstreamSink {
  readonly endpoint: Endpoint;
  /** Replaces the connection for which the try waited. */
  handOver(connection: UpstreamConnection): void;
}

/**
 * Tries that wait for a new connection, the oldest first. A tunnel through the API server may take seconds to open,
 * since tunnels are few and are opened slowly: a tunnel that becomes free serves these tries first. A direct connection
 * to a pod opens at once.
 */
export class WaitingTries {
  readonly #tries = new Map<Endpoint, Set<WaitingTry>>();
  readonly #counts: WorkerCounts;

  constructor(counts: WorkerCounts) {
    this.#counts = counts;
  }

  add(it: WaitingTry): void {
    const others = this.#tries.get(it.endpoint);
    if (others === undefined) this.#tries.set(it.endpoint, new Set([it]));
    else others.add(it);
  }

  remove(it: WaitingTry): void {
    const others = this.#tries.get(it.endpoint);
    others?.delete(it);
    if (others?.size === 0) this.#tries.delete(it.endpoint);
  }

  /** Gives a try a connection that has just become free. Returns false if no try waits for one to its pod. */
  serve(connection: UpstreamConnection): boolean {
    const { endpoint } = connection;
    const [first] = this.#tries.get(endpoint) ?? [];
    if (first === undefined || endpoint.health.gone) return false;
    this.remove(first);
    connection.place = 'busy';
    connection.reused = true;
    // podway reads what the pod pushes after its answer before it sends a request.
    connection.releasedIn = loopTurn();
    connection.resting = true;
    this.#counts.scalars.upstream_connections_reused += 1;
    first.handOver(connection);
    return true;
  }
}
