import { eligible, failedLately } from '../ejection.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Balance } from './balance.ts';
import { cursorPlace } from './cursor-place.ts';
import type { Lane } from './lane.ts';
import { fraction, mixed, xorshift } from './random.ts';
import { isLeft, sparesNone } from './spares-none.ts';
import { Standing } from './standing.ts';
import { weightsAt } from './weights-at.ts';

/**
 * Two at random, as their weights say, and of these the one with less in flight for its weight (M. Mitzenmacher, "The power of
 * two choices in randomized load balancing"). Where both have as much, the first in rotation or, if weights differ, the
 * first that was drawn: without load, too, all pods get their part.
 */
export const least: Balance = (cursor, lane, now, tried) => {
  const weights = weightsAt(lane, now);
  const odds = oddsOf(lane, weights, now, tried);
  const { random } = cursor.standing ?? new Standing(lane.seed);
  const one = draw(odds, random);
  if (one < 0) return -1;
  const others = odds.with(one, 0);
  const other = draw(others, xorshift(mixed(random, 'second')));
  if (other < 0) return one;
  const [mine, its] = [load(lane, one, now), load(lane, other, now)];
  const difference =
    weights === undefined ? mine - its : mine / weightOf(weights, one) - its / weightOf(weights, other);
  if (difference !== 0) return difference < 0 ? one : other;
  return weights !== undefined || isBefore(one, other, cursorPlace(cursor, lane.endpoints)) ? one : other;
};

/** By how much each place is to be drawn; 0: not at all. */
function oddsOf(
  lane: Lane,
  weights: readonly number[] | undefined,
  now: number,
  tried: readonly Endpoint[],
): number[] {
  const all = sparesNone(lane, now, tried);
  return lane.endpoints.map((it, at) => {
    if (!isLeft(it, tried) || !(all || eligible(it.health, now))) return 0;
    return weights === undefined ? 1 : weightOf(weights, at);
  });
}

function draw(odds: readonly number[], random: number): number {
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

/** A pod that fails at once has little in flight, and would draw all requests if failures did not count. */
function load({ endpoints }: Lane, at: number, now: number): number {
  const { health, options } = endpoints[at] as Endpoint;
  return health.inFlight + failedLately(health, now, options.connectTimeout);
}

function isBefore(one: number, other: number, first: number): boolean {
  return one >= first === other >= first ? one < other : one >= first;
}

function weightOf(weights: readonly number[], at: number): number {
  return weights[at] as number;
}
