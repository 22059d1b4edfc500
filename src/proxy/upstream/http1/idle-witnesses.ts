import type { Endpoint } from '../../../routing/route.ts';
import { TURNS_TO_READ } from '../../bytes/loop-turn.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

interface Witness {
  readonly idle: UpstreamConnection;
  /** The turn in which the pod answered on another connection. */
  readonly turn: number;
}

/**
 * Idle connections beside which their pod has answered on another. One that turns out to have been open all the time is
 * proof that the pod serves several: one that takes one at a time ends the idle one before it reads from the next.
 */
export class IdleWitnesses {
  readonly #witnesses = new Map<Endpoint, Witness>();

  /** There is one for this endpoint, and it is not judged yet. */
  has(endpoint: Endpoint): boolean {
    return this.#witnesses.has(endpoint);
  }

  add(idle: UpstreamConnection, turn: number): void {
    if (!this.#witnesses.has(idle.endpoint)) this.#witnesses.set(idle.endpoint, { idle, turn });
  }

  /** `turn`: asked only when there is something to judge. */
  sweep(turn: () => number): void {
    if (this.#witnesses.size === 0) return;
    const now = turn();
    for (const [endpoint, { idle, turn: answeredIn }] of this.#witnesses) {
      // By then the pod's FIN has been read, had it been sent before the answer.
      if (answeredIn > now - TURNS_TO_READ) continue;
      this.#witnesses.delete(endpoint);
      if (!idle.gone && !idle.stream.destroyed) endpoint.conduct.serves = 'several';
    }
  }
}
