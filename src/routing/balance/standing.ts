import type { Endpoint } from '../endpoint.ts';
import type { Lane } from './lane.ts';
import { fraction, mixed, xorshift } from './random.ts';
import { USUAL_WEIGHT, weightsAt } from './weights-at.ts';

/**
 * What turns depend on where more counts than an order. Each worker begins elsewhere: if all of them began with the heaviest pod,
 * a light one would get nothing until each of them has come round.
 */
export class Standing {
  /** For the next choice at random. */
  random: number;
  /**
   * When each endpoint is due: it is once in a time that its weight divides. The one that is due first gets the turn, and
   * it is that time then.
   */
  time = 0;
  readonly #seed: number;
  #lane: Lane | undefined = undefined;
  #due: number[] = [];

  constructor(seed: number) {
    this.#seed = seed;
    this.random = mixed(seed, 'random');
  }

  /** In the order of the lane's endpoints. Who is new is due at any moment of its first round. */
  dueOf(lane: Lane): readonly number[] {
    if (this.#lane !== lane) this.#due = this.#carriedOver(lane);
    this.#lane = lane;
    return this.#due;
  }

  /** The endpoint at a place of the lane got the turn. */
  took(lane: Lane, at: number, now: number): void {
    this.random = xorshift(this.random);
    const weights = weightsAt(lane, now);
    if (weights === undefined) return;
    this.time = Math.max(this.time, this.dueOf(lane)[at] as number);
    this.#due[at] = this.time + 1 / (weights[at] as number);
  }

  #carriedOver(lane: Lane): number[] {
    const known = new Map<Endpoint, number>();
    for (const [at, endpoint] of (this.#lane?.endpoints ?? []).entries())
      known.set(endpoint, this.#due[at] as number);
    return lane.endpoints.map((it, at) => known.get(it) ?? this.time + this.#phaseOf(it, lane.weights?.[at]));
  }

  #phaseOf({ id }: Endpoint, weight = USUAL_WEIGHT): number {
    return fraction(mixed(this.#seed, id)) / weight;
  }
}
