import type { Endpoint } from '../endpoint.ts';
import type { Lane } from './lane.ts';
import { fraction, mixed, xorshift } from './random.ts';
import { DEFAULT_WEIGHT, weightsAt } from './weights-at.ts';

/** Which endpoint has the next turn. */
export interface Cursor {
  /** Place of the candidate whose turn it is, if that candidate is still `turn`. */
  readonly next: number;
  /** Undefined before the first turn. */
  readonly turn: Endpoint | undefined;
  /** State for turns that depend on more than the order of the endpoints; undefined: none yet. */
  readonly rotationState: RotationState | undefined;
}

/** A cursor that can change. */
export class MutableCursor implements Cursor {
  next = 0;
  turn: Endpoint | undefined = undefined;
  /** Created when first needed. */
  rotationState: RotationState | undefined = undefined;
}

/**
 * Maximum number of cursors that one cursor keeps for its lanes. There are few lanes, but pods can be given other
 * shares again and again.
 */
const MAX_LANES = 100;

/**
 * The fractional part of the golden ratio. Steps of this size are distributed evenly, and do not coincide with a
 * regular sequence of requests.
 */
const GOLDEN_RATIO_STEP = (Math.sqrt(5) - 1) / 2;

/**
 * State for turns that depend on more than the order of the endpoints. Each worker begins at another place. If all of
 * them began with the heaviest pod, a light pod would get no request until each worker had come round.
 */
export class RotationState {
  /** For the next random choice. */
  random: number;
  /** From 0 to 1. The lane whose part contains it gets the turn. */
  position: number;
  /**
   * A virtual time. Each endpoint is due once in a period of 1 divided by its weight. The endpoint that is due first
   * gets the turn, and the time advances to it.
   */
  time = 0;
  readonly #seed: number;
  #lane: Lane | undefined = undefined;
  #due: number[] = [];
  #lanes: Map<string, MutableCursor> | undefined = undefined;

  constructor(seed: number) {
    this.#seed = seed;
    this.random = mixed(seed, 'random');
    this.position = fraction(mixed(seed, 'position'));
  }

  /**
   * When each endpoint is due, in the order of the lane's endpoints. A new endpoint is due at a random moment of its
   * first period.
   */
  dueOf(lane: Lane): readonly number[] {
    if (this.#lane !== lane) this.#due = this.#carriedOver(lane);
    this.#lane = lane;
    return this.#due;
  }

  /** The endpoint at this place of the lane got the turn. */
  took(lane: Lane, at: number, now: number): void {
    this.random = xorshift(this.random);
    const weights = weightsAt(lane, now);
    if (weights === undefined) return;
    this.time = Math.max(this.time, this.dueOf(lane)[at] as number);
    this.#due[at] = this.time + 1 / (weights[at] as number);
  }

  /** One of the lanes got the turn. */
  passed(): void {
    this.position = (this.position + GOLDEN_RATIO_STEP) % 1;
  }

  /** The cursor of a lane. */
  cursorOf(key: string): MutableCursor {
    this.#lanes ??= new Map();
    let turns = this.#lanes.get(key);
    if (turns === undefined) {
      if (this.#lanes.size >= MAX_LANES) this.#lanes.clear();
      this.#lanes.set(key, (turns = new MutableCursor()));
    }
    return turns;
  }

  /** The same, but does not create it. */
  peekCursorOf(key: string): Cursor | undefined {
    return this.#lanes?.get(key);
  }

  #carriedOver(lane: Lane): number[] {
    const known = new Map<Endpoint, number>();
    for (const [at, endpoint] of (this.#lane?.endpoints ?? []).entries())
      known.set(endpoint, this.#due[at] as number);
    return lane.endpoints.map((it, at) => known.get(it) ?? this.time + this.#phaseOf(it, lane.weights?.[at]));
  }

  #phaseOf({ id }: Endpoint, weight = DEFAULT_WEIGHT): number {
    return fraction(mixed(this.#seed, id)) / weight;
  }
}
