import type { Endpoint } from '../../../routing/route.ts';
import { TURNS_TO_READ } from '../../bytes/loop-turn.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

interface ConcurrencyProbe {
  readonly idle: UpstreamConnection;
  /** The turn in which the pod answered on another connection. */
  readonly turn: number;
}

/**
 * Idle connections whose pod has answered on another connection. If such a connection was open all the time, this
 * proves that the pod serves several: a pod that serves one at a time ends the idle one before it reads from the next.
 */
export class ConcurrencyProbes {
  readonly #probes = new Map<Endpoint, ConcurrencyProbe>();

  /** This endpoint has a connection here that is not judged yet. */
  has(endpoint: Endpoint): boolean {
    return this.#probes.has(endpoint);
  }

  add(idle: UpstreamConnection, turn: number): void {
    if (!this.#probes.has(idle.endpoint)) this.#probes.set(idle.endpoint, { idle, turn });
  }

  /** `turn` is called only if there is a connection to judge. */
  sweep(turn: () => number): void {
    if (this.#probes.size === 0) return;
    const now = turn();
    for (const [endpoint, { idle, turn: answeredIn }] of this.#probes) {
      // podway has now read the pod's FIN, if the pod sent one before the answer.
      if (answeredIn > now - TURNS_TO_READ) continue;
      this.#probes.delete(endpoint);
      if (!idle.gone && !idle.stream.destroyed) endpoint.behaviour.serves = 'several';
    }
  }
}
