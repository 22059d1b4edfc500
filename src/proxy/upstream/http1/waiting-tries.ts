import type { Endpoint } from '../../../routing/endpoint.ts';
import { loopTurn } from '../../bytes/loop-turn.ts';
import type { WorkerCounts } from '../../counts/worker-counts.ts';
import type { UpstreamConnection, UpstreamUser } from './upstream-connection.ts';

/** A try whose connection is being opened, and that can do with another one. */
export interface WaitingTry extends UpstreamUser {
  readonly endpoint: Endpoint;
  /** The connection that it waited for is not needed any more. */
  handOver(connection: UpstreamConnection): void;
}

/**
 * Tries that wait for a connection of their own, the oldest first. A tunnel through the API server may be opened seconds later, for
 * tunnels are few and opened slowly: one that becomes free serves them first. Straight to a pod it takes no time.
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

  /** Gives it a connection that has just become free; false: no try waits for one to its pod. */
  serve(connection: UpstreamConnection): boolean {
    const { endpoint } = connection;
    const [first] = this.#tries.get(endpoint) ?? [];
    if (first === undefined || endpoint.health.gone) return false;
    this.remove(first);
    connection.place = 'busy';
    connection.reused = true;
    // What the pod pushes behind its answer is read before anything is sent.
    connection.releasedIn = loopTurn();
    connection.resting = true;
    this.#counts.scalars.upstream_connections_reused += 1;
    first.handOver(connection);
    return true;
  }
}
