import fc from 'fast-check';

/** A number in [0, below). */
export type Random = (below: number) => number;

/** The generator mulberry32: the same seed gives the same inputs on every machine. */
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

/** Without a bias to small numbers: the lists of a generator decide which values are likely. */
const upTo = (max: number): fc.Arbitrary<number> => fc.noBias(fc.nat(max));

/**
 * Random choices from fast-check, so that a value that is built from them shrinks when a property fails. `gen` does not advance
 * fast-check's generator, and all elements of an array would be equal. For that reason a value is drawn before each.
 */
export const choices: fc.Arbitrary<Random> = fc.tuple(fc.noShrink(fc.nat()), fc.gen()).map(
  ([, draw]) =>
    (below) =>
      below <= 1 ? 0 : draw(upTo, below - 1),
);
