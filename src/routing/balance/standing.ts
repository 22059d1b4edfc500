import type { Endpoint } from '../endpoint.ts';
import type { Lane } from './lane.ts';
import { fraction, mixed, xorshift } from './random.ts';
import { USUAL_WEIGHT, weightsAt } from './weights-at.ts';

/** Whose turn it is. */
export interface Cursor {
  /** Place of the candidate whose turn it is, if that is still `turn`. */
  readonly next: number;
  /** Undefined before the first turn. */
  readonly turn: Endpoint | undefined;
  /** What turns depend on where more counts than an order; undefined: nothing yet. */
  readonly standing: Standing | undefined;
}

/** A cursor that moves. */
export class Turns implements Cursor {
  next = 0;
  turn: Endpoint | undefined = undefined;
  /** Made when first needed. */
  standing: Standing | undefined = undefined;
}

/** Cursors that one keeps for its lanes; they are few, but pods can be given ever other shares. */
const MOST_LANES = 100;

/** The golden ratio's fraction: steps of it come evenly close to everything, and keep time with no row of requests. */
const STEP = (Math.sqrt(5) - 1) / 2;

/**
 * What turns depend on where more counts than an order. Each worker begins elsewhere: if all of them began with the heaviest pod,
 * a light one would get nothing until each of them has come round.
 */
export class Standing {
  /** For the next choice at random. */
  random: number;
  /** From 0 to 1: the lane whose part it falls into gets the turn. */
  position: number;
  /**
   * When each endpoint is due: it is once in a time that its weight divides. The one that is due first gets the turn, and
   * it is that time then.
   */
  time = 0;
  readonly #seed: number;
  #lane: Lane | undefined = undefined;
  #due: number[] = [];
  #lanes: Map<string, Turns> | undefined = undefined;

  constructor(seed: number) {
    this.#seed = seed;
    this.random = mixed(seed, 'random');
    this.position = fraction(mixed(seed, 'position'));
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

  /** A lane got the turn. */
  passed(): void {
    this.position = (this.position + STEP) % 1;
  }

  /** That of one of the lanes. */
  cursorOf(key: string): Turns {
    this.#lanes ??= new Map();
    let turns = this.#lanes.get(key);
    if (turns === undefined) {
      if (this.#lanes.size >= MOST_LANES) this.#lanes.clear();
      this.#lanes.set(key, (turns = new Turns()));
    }
    return turns;
  }

  /** The same without remembering it. */
  peekCursorOf(key: string): Cursor | undefined {
    return this.#lanes?.get(key);
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
