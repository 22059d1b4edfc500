/** Number of slots in which a client may be found, starting from its own. */
const WINDOW = 8;
/**
 * Number of times that a change is tried again because another worker was faster. After that the client counts as too
 * fast.
 */
const MAX_RACES = 1_000;

/** Number of bits of a slot for the time. The bits above them identify the client. */
const TIME_BITS = 47n;
const TIME_MASK = (1n << TIME_BITS) - 1n;
/** Times are in eighths of a microsecond, so that rounding does not reduce a high rate. They wrap after half a year. */
const UNITS_PER_MICROSECOND = 8;
const TIME_SPAN = 2 ** 47;
/** Maximum value of a burst: a week, in these units. */
const MAX_BURST_TIME = 7 * 86_400e6 * UNITS_PER_MICROSECOND;
/** Maximum difference of equal times by rounding, in these units. */
const ROUNDING = 2;
/** Number of tags. They start at 1, because the tag of an empty slot is 0. */
const TAGS = 2 ** 17 - 1;

/** How often something may happen. */
export interface RateLimit {
  /** Microseconds between two requests at an even rate. */
  readonly interval: number;
  /** Number of requests that may come at once. Multiplied by the interval they are worth a week at most. */
  readonly burst: number;
}

/**
 * Rate limits by the generic cell rate algorithm (ITU-T I.371). It needs one number for each client: the time at which
 * the next request would be due if all came evenly. Client and time are one 64-bit word that changes in one step, so
 * workers never wait for each other. When the table is full, podway forgets the client that is due earliest, and its
 * limit starts again.
 */
export class RateTable {
  readonly #evicted: () => void;
  readonly #slots: BigInt64Array;
  readonly #mask: number;
  readonly #seeds: readonly [number, number];

  /**
   * @param memory shared by all workers, in units of 8 bytes: the secret seed of the hashes, then slots, whose number
   * is a power of two
   * @param evicted is called when a client is forgotten before its time
   */
  constructor(memory: SharedArrayBuffer, evicted: () => void = () => undefined) {
    this.#evicted = evicted;
    this.#slots = new BigInt64Array(memory);
    this.#mask = this.#slots.length - 2;
    const seed = BigInt.asUintN(64, this.#slots[0] as bigint);
    this.#seeds = [Number(seed & 0xffffffffn), Number(seed >> 32n)];
  }

  /**
   * Counts one more request of `who` at `now` (microseconds, the same clock for all workers), if the limit allows it.
   * Returns 0, or the microseconds until the limit would allow it.
   */
  take(who: string, limit: RateLimit, now: number): number {
    const [place, tag] = this.#find(who);
    const at = timeOf(now);
    for (let races = 0; races < MAX_RACES; races++) {
      const slot = this.#slotOf(place, tag, at);
      const word = Atomics.load(this.#slots, slot);
      const isOwn = tagOf(word) === tag;
      const late = waitAfter(isOwn ? aheadOf(word, at) : 0, limit);
      if (late > 0) return late;
      const ahead = Math.max(isOwn ? aheadOf(word, at) : 0, 0);
      const due = (at + Math.round(ahead + limit.interval * UNITS_PER_MICROSECOND)) % TIME_SPAN;
      const next = BigInt.asIntN(64, (BigInt(tag) << TIME_BITS) | BigInt(due));
      if (Atomics.compareExchange(this.#slots, slot, word, next) !== word) continue;
      if (!isOwn && word !== 0n && aheadOf(word, at) > 0) this.#evicted();
      return 0;
    }
    return limit.interval;
  }

  /** What `take` would return. Changes no state. */
  peek(who: string, limit: RateLimit, now: number): number {
    const [place, tag] = this.#find(who);
    const at = timeOf(now);
    const word = Atomics.load(this.#slots, this.#slotOf(place, tag, at));
    return waitAfter(tagOf(word) === tag ? aheadOf(word, at) : 0, limit);
  }

  /** The slot with that tag, else an unused one, else that of the client that is due earliest. */
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

/**
 * The time from `at` to that of a word; below 0: it has passed. A time further ahead than any limit allows has wrapped:
 * it is of a client that was away for long.
 */
function aheadOf(word: bigint, at: number): number {
  const ahead = (Number(word & TIME_MASK) - at + TIME_SPAN) % TIME_SPAN;
  return ahead > MAX_BURST_TIME ? ahead - TIME_SPAN : ahead;
}

/**
 * Microseconds that a client must wait that is due so far ahead. It is never longer than this limit itself could
 * require, for example after the limit has changed.
 */
function waitAfter(ahead: number, limit: RateLimit): number {
  const [interval, burst] = [
    limit.interval * UNITS_PER_MICROSECOND,
    limit.burst * limit.interval * UNITS_PER_MICROSECOND,
  ];
  const late = Math.min(Math.max(ahead, 0), burst) + interval - burst;
  return late > ROUNDING ? late / UNITS_PER_MICROSECOND : 0;
}

function timeOf(now: number): number {
  return Math.round(now * UNITS_PER_MICROSECOND) % TIME_SPAN;
}

/**
 * A 32-bit hash, with the steps of MurmurHash3 for each character. Clients that do not know the seed cannot choose
 * strings that collide.
 */
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
