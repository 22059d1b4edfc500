/** Slots in which a client may be found, from its own on. */
const WINDOW = 8;
/** Times that a change is tried again because another worker was faster; then the client counts as too fast. */
const MOST_RACES = 1_000;

/** Bits of a slot that say when; those above say who. */
const TIME_BITS = 47n;
const TIME_MASK = (1n << TIME_BITS) - 1n;
/** Times are in eighths of a microsecond, so that rounding takes nothing from a high rate; after half a year they begin again. */
const UNITS = 8;
const TIME_SPAN = 2 ** 47;
/** What a burst may be worth: a week. */
const LONGEST = 7 * 86_400e6 * UNITS;
/** What rounding can make of times that are equal. */
const ROUNDING = 2;
/** The tag of an empty slot is 0. */
const TAGS = 2 ** 17 - 1;

/** How often something may happen. */
export interface RateLimit {
  /** Microseconds from one to the next. */
  readonly interval: number;
  /** Times that it may happen at once; together worth a week at most. */
  readonly burst: number;
}

/**
 * Limits of rates by the generic cell rate algorithm (ITU-T I.371): for everybody who is limited one number, the time at
 * which the next one would be due if all came evenly. Who and when are one word of 64 bits, changed in one step, so that
 * workers never wait for each other. The table is full when it is: the client that is due earliest is forgotten then, and
 * limited again.
 */
export class RateTable {
  readonly #evicted: () => void;
  readonly #slots: BigInt64Array;
  readonly #mask: number;
  readonly #seeds: readonly [number, number];

  /**
   * @param memory shared by all workers: the seed of hashes, which is secret, and slots, a power of two, all of 8 bytes
   * @param evicted is called when a client is forgotten before the time
   */
  constructor(memory: SharedArrayBuffer, evicted: () => void = () => undefined) {
    this.#evicted = evicted;
    this.#slots = new BigInt64Array(memory);
    this.#mask = this.#slots.length - 2;
    const seed = BigInt.asUintN(64, this.#slots[0] as bigint);
    this.#seeds = [Number(seed & 0xffffffffn), Number(seed >> 32n)];
  }

  /**
   * Counts one more of `who` at `now` (microseconds, the same clock for all workers), if the limit lets it. Returns 0, or the
   * microseconds until it would.
   */
  take(who: string, limit: RateLimit, now: number): number {
    const [place, tag] = this.#find(who);
    const at = timeOf(now);
    for (let races = 0; races < MOST_RACES; races++) {
      const slot = this.#slotOf(place, tag, at);
      const word = Atomics.load(this.#slots, slot);
      const isOwn = tagOf(word) === tag;
      const late = waitAfter(isOwn ? aheadOf(word, at) : 0, limit);
      if (late > 0) return late;
      const ahead = Math.max(isOwn ? aheadOf(word, at) : 0, 0);
      const due = (at + Math.round(ahead + limit.interval * UNITS)) % TIME_SPAN;
      const next = BigInt.asIntN(64, (BigInt(tag) << TIME_BITS) | BigInt(due));
      if (Atomics.compareExchange(this.#slots, slot, word, next) !== word) continue;
      if (!isOwn && word !== 0n && aheadOf(word, at) > 0) this.#evicted();
      return 0;
    }
    return limit.interval;
  }

  /** What `take` would return; nothing changes. */
  peek(who: string, limit: RateLimit, now: number): number {
    const [place, tag] = this.#find(who);
    const at = timeOf(now);
    const word = Atomics.load(this.#slots, this.#slotOf(place, tag, at));
    return waitAfter(tagOf(word) === tag ? aheadOf(word, at) : 0, limit);
  }

  /** The slot of that tag, else an unused one, else that of the client that is due earliest. */
  #slotOf(place: number, tag: number, at: number): number {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let step = 0; step < WINDOW; step++) {
      const slot = 1 + ((place + step) & this.#mask);
      const word = Atomics.load(this.#slots, slot);
      if (tagOf(word) === tag) return slot;
      const ahead = word === 0n ? 0 : Math.max(aheadOf(word, at), 0);
      if (ahead >= least) continue;
      least = ahead;
      best = slot;
    }
    return best;
  }

  #find(who: string): readonly [number, number] {
    const place = hashOf(who, this.#seeds[0]);
    const tag = (hashOf(who, this.#seeds[1]) % TAGS) + 1;
    return [place, tag];
  }
}

function tagOf(word: bigint): number {
  return Number(BigInt.asUintN(64, word) >> TIME_BITS);
}

/** From `at` to the time in a word; below 0: it is over. What is further ahead than any limit sets is of a client that was long away. */
function aheadOf(word: bigint, at: number): number {
  const ahead = (Number(word & TIME_MASK) - at + TIME_SPAN) % TIME_SPAN;
  return ahead > LONGEST ? ahead - TIME_SPAN : ahead;
}

/**
 * How many microseconds who is due so far ahead has to wait: never longer than this limit itself could make anybody wait, as
 * after a change of it.
 */
function waitAfter(ahead: number, limit: RateLimit): number {
  const [interval, burst] = [limit.interval * UNITS, limit.burst * limit.interval * UNITS];
  const late = Math.min(Math.max(ahead, 0), burst) + interval - burst;
  return late > ROUNDING ? late / UNITS : 0;
}

function timeOf(now: number): number {
  return Math.round(now * UNITS) % TIME_SPAN;
}

/** 32 bits, without collisions for strings that were chosen without the seed (MurmurHash3's steps, by character). */
function hashOf(text: string, seed: number): number {
  let hash = seed | 0;
  for (let at = 0; at < text.length; at++) {
    let part = Math.imul(text.charCodeAt(at), 0xcc9e2d51);
    part = Math.imul((part << 15) | (part >>> 17), 0x1b873593);
    hash ^= part;
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  hash = Math.imul(hash ^ (hash >>> 16) ^ text.length, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
