import { eligible, recentFailures } from '../ejection.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Balance } from './balance.ts';
import { cursorPlace } from './cursor-place.ts';
import type { Lane } from './lane.ts';
import { fraction, scrambled, xorshift } from './random.ts';
import { isUntried, ignoresEjections } from './ignores-ejections.ts';
import { RotationState } from './standing.ts';
import { weightsAt } from './weights-at.ts';

/**
 * Draws two endpoints at random by weight and takes the one with less in flight for its weight (M. Mitzenmacher, "The
 * power of two choices in randomized load balancing"). If both have the same load, it takes the first in rotation or,
 * if weights differ, the first that was drawn. So all pods get their part without load, too.
 */
export const least: Balance = (cursor, lane, now, tried) => {
  const { random } = cursor.rotationState ?? new RotationState(lane.seed);
  const weights = weightsAt(lane, now);
  const draw: Draw = { lane, now, tried };
  if (weights !== undefined) return leastOfWeighted(draw, weights, random);
  const one = drawn(draw, random, -1);
  const other = drawn(draw, scrambled(random), one);
  if (other < 0) return one;
  const difference = load(lane, one, now) - load(lane, other, now);
  if (difference !== 0) return difference < 0 ? one : other;
  return isBefore(one, other, cursorPlace(cursor, lane.endpoints)) ? one : other;
};

interface Draw {
  readonly lane: Lane;
  /** Milliseconds, monotonic. */
  readonly now: number;
  readonly tried: readonly Endpoint[];
}

/** Number of random draws before the places that can be drawn are counted. */
const DRAWS = 8;

/**
 * A random place other than `not`, each with the same probability; -1: there is none. Looks at few endpoints if few are
 * ejected.
 */
function drawn({ lane, now, tried }: Draw, random: number, not: number): number {
  const { endpoints } = lane;
  const count = endpoints.length;
  let state = random;
  let all: boolean | undefined;
  const canBeDrawn = (at: number): boolean => {
    const endpoint = endpoints[at] as Endpoint;
    if (at === not || !isUntried(endpoint, tried)) return false;
    return eligible(endpoint.health, now) || (all ??= ignoresEjections(lane, now, tried));
  };
  for (let draws = 0; draws < DRAWS && count > 1; draws += 1) {
    const at = Math.floor(fraction(state) * count);
    if (canBeDrawn(at)) return at;
    state = xorshift(state);
  }
  const odds = endpoints.map((_, at) => (canBeDrawn(at) ? 1 : 0));
  return placeOf(odds, state);
}

function leastOfWeighted({ lane, now, tried }: Draw, weights: readonly number[], random: number): number {
  const all = ignoresEjections(lane, now, tried);
  const odds = lane.endpoints.map((it, at) =>
    isUntried(it, tried) && (all || eligible(it.health, now)) ? (weights[at] as number) : 0,
  );
  const one = placeOf(odds, random);
  if (one < 0) return -1;
  const other = placeOf(odds.with(one, 0), scrambled(random));
  if (other < 0) return one;
  const loadOf = (at: number) => load(lane, at, now) / (weights[at] as number);
  return loadOf(one) <= loadOf(other) ? one : other;
}

/** A random place with these odds; -1: all odds are 0. */
function placeOf(odds: readonly number[], random: number): number {
  const total = odds.reduce((sum, it) => sum + it, 0);
  let rest = fraction(random) * total;
  let last = -1;
  for (const [at, it] of odds.entries()) {
    if (it === 0) continue;
    last = at;
    if (rest < it) return at;
    rest -= it;
  }
  return last;
}

/**
 * The load of an endpoint. Failures count: a pod that fails at once has little in flight, and would otherwise attract
 * all requests.
 */
function load({ endpoints }: Lane, at: number, now: number): number {
  const { health, options } = endpoints[at] as Endpoint;
  return health.inFlight + recentFailures(health, now, options.connectTimeout);
}

/** True when `one` comes before `other` in a rotation that continues at `first`. */
function isBefore(one: number, other: number, first: number): boolean {
  return one >= first === other >= first ? one < other : one >= first;
}
