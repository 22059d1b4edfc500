import fc from 'fast-check';

/** A number in [0, below). */
export type Random = (below: number) => number;

/** mulberry32: the same seed gives the same inputs on every machine. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

export function pick<T>(list: readonly T[], random: Random): T {
  return list[random(list.length)] as T;
}

/** Small numbers are no likelier than others: the lists of a generator define what is likely. */
const upTo = (max: number): fc.Arbitrary<number> => fc.noBias(fc.nat(max));

/**
 * Choices of a generator that fast-check makes: a value that is built from them shrinks when a property fails. `gen` leaves fast-check's
 * generator where it stood, so that all elements of an array would be the same: a value has to be drawn before each.
 */
export const choices: fc.Arbitrary<Random> = fc.tuple(fc.noShrink(fc.nat()), fc.gen()).map(
  ([, draw]) =>
    (below) =>
      below <= 1 ? 0 : draw(upTo, below - 1),
);
