import type { RouteName } from '../../boundary/delta.ts';
import { DURATION_BUCKETS, type SeriesIncrement } from '../../boundary/figures.ts';

/** Number of slots of a minute each. */
const SLOTS = 15;
/** Number of counts in a slot: requests, 4xx answers, 5xx answers. */
const COUNTS = 3;
const BUCKETS = DURATION_BUCKETS.length + 1;
/** Number of slots that share one histogram. There are two histograms: the current one and the one before. */
const SLOTS_PER_HISTOGRAM = 5;
const HISTOGRAMS_OFFSET = SLOTS * COUNTS;
const SIZE = HISTOGRAMS_OFFSET + 2 * BUCKETS;
/** Number of routes whose counts are in one array. */
const ROUTES_PER_ARRAY = 512;

/** What was counted for one route in a slot. */
export interface RouteSlot {
  /** Milliseconds that the slot lasted; for the current one, until now. */
  readonly lasted: number;
  readonly requests: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
}

/** The last minutes of one route, for all its namespaces together. */
export interface RouteRecent {
  /** The oldest first; the last one is the current one. */
  readonly slots: readonly RouteSlot[];
  /** Durations of requests of the last 5 to 10 minutes, per bucket as in DurationCount. */
  readonly durations: readonly number[];
}

/**
 * What routes answered in the last quarter of an hour, by the minute: 308 bytes for each route that had a request since
 * podway began. A minute ends when `turn` is called, and contains what was added since the previous call.
 */
export class RouteWindows {
  readonly #places = new Map<string, number>();
  readonly #memory: Uint32Array[] = [];
  readonly #free: number[] = [];
  /** Routes with a 5xx answer in their window, or a little before. */
  readonly #faulty = new Map<number, RouteName>();
  /** Milliseconds that each slot lasted. */
  readonly #lasted = Array.from({ length: SLOTS }, () => 0);
  #turns = 0;
  #openSince: number;

  /** Parameters named `now` are milliseconds of performance.now(). */
  constructor(now: number) {
    this.#openSince = now;
  }

  /** Call it exactly once with every increment of a route of the table. */
  add(increment: SeriesIncrement): void {
    const { host, path } = increment;
    const place = this.#place(`${host} ${path}`);
    const [memory, at] = this.#at(place);
    const slot = at + (this.#turns % SLOTS) * COUNTS;
    for (const { code, count } of increment.requests) {
      memory[slot]! += count;
      if (code >= 500) {
        memory[slot + 2]! += count;
        this.#faulty.set(place, { host, path });
      } else if (code >= 400) memory[slot + 1]! += count;
    }
    const histogram = at + this.#histogram;
    for (const { stage, buckets } of increment.durations) {
      if (stage !== 'request') continue;
      for (let bucket = 0; bucket < BUCKETS; bucket += 1)
        memory[histogram + bucket]! += buckets[bucket] as number;
    }
  }

  /** The routes have left the table. */
  forget(routes: readonly RouteName[]): void {
    for (const { host, path } of routes) {
      const place = this.#places.get(`${host} ${path}`);
      if (place === undefined) continue;
      this.#places.delete(`${host} ${path}`);
      this.#faulty.delete(place);
      const [memory, at] = this.#at(place);
      memory.fill(0, at, at + SIZE);
      this.#free.push(place);
    }
  }

  /** A minute is over. */
  turn(now: number): void {
    this.#lasted[this.#turns % SLOTS] = now - this.#openSince;
    this.#openSince = now;
    this.#turns += 1;
    this.#clear((this.#turns % SLOTS) * COUNTS, COUNTS);
    if (this.#turns % SLOTS_PER_HISTOGRAM === 0) this.#clear(this.#histogram, BUCKETS);
    for (const place of this.#faulty.keys()) if (this.#serverErrors(place) === 0) this.#faulty.delete(place);
  }

  /** Undefined if the route never had a request. */
  of({ host, path }: RouteName, now: number): RouteRecent | undefined {
    const place = this.#places.get(`${host} ${path}`);
    if (place === undefined) return undefined;
    const [memory, at] = this.#at(place);
    const slots: RouteSlot[] = [];
    for (let turn = Math.max(0, this.#turns - SLOTS + 1); turn <= this.#turns; turn += 1) {
      const from = at + (turn % SLOTS) * COUNTS;
      const lasted = turn === this.#turns ? now - this.#openSince : (this.#lasted[turn % SLOTS] as number);
      slots.push({
        lasted,
        requests: memory[from] as number,
        clientErrors: memory[from + 1] as number,
        serverErrors: memory[from + 2] as number,
      });
    }
    const histograms = memory.subarray(at + HISTOGRAMS_OFFSET, at + SIZE);
    const durations = Array.from(
      { length: BUCKETS },
      (_, bucket) => (histograms[bucket] as number) + (histograms[bucket + BUCKETS] as number),
    );
    return { slots, durations };
  }

  /** The sum of the last slots, including the current one. */
  sum({ host, path }: RouteName, slots: number, now: number): RouteSlot {
    const sum = { lasted: now - this.#openSince, requests: 0, clientErrors: 0, serverErrors: 0 };
    const place = this.#places.get(`${host} ${path}`);
    const [memory, at] = place === undefined ? [undefined, 0] : this.#at(place);
    for (let turn = this.#turns; turn >= 0 && turn > this.#turns - Math.min(slots, SLOTS); turn -= 1) {
      const from = at + (turn % SLOTS) * COUNTS;
      sum.requests += memory?.[from] ?? 0;
      sum.clientErrors += memory?.[from + 1] ?? 0;
      sum.serverErrors += memory?.[from + 2] ?? 0;
      if (turn < this.#turns) sum.lasted += this.#lasted[turn % SLOTS] as number;
    }
    return sum;
  }

  /** Every route that had a request within the window, with its counts in the whole window. */
  *busy(): Generator<RouteName & Omit<RouteSlot, 'lasted'>, void> {
    for (const [name, place] of this.#places) {
      const [memory, at] = this.#at(place);
      let [requests, clientErrors, serverErrors] = [0, 0, 0];
      for (let from = at; from < at + HISTOGRAMS_OFFSET; from += COUNTS) {
        requests += memory[from] as number;
        clientErrors += memory[from + 1] as number;
        serverErrors += memory[from + 2] as number;
      }
      if (requests === 0) continue;
      const space = name.indexOf(' ');
      yield { host: name.slice(0, space), path: name.slice(space + 1), requests, clientErrors, serverErrors };
    }
  }

  /** Routes that answered 5xx within the window. */
  faulty(): RouteName[] {
    return [...this.#faulty.values()];
  }

  get #histogram(): number {
    return HISTOGRAMS_OFFSET + (Math.floor(this.#turns / SLOTS_PER_HISTOGRAM) % 2) * BUCKETS;
  }

  #place(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const place = this.#free.pop() ?? this.#places.size;
    if (place >= this.#memory.length * ROUTES_PER_ARRAY)
      this.#memory.push(new Uint32Array(SIZE * ROUTES_PER_ARRAY));
    this.#places.set(name, place);
    return place;
  }

  #at(place: number): [memory: Uint32Array, at: number] {
    return [
      this.#memory[Math.floor(place / ROUTES_PER_ARRAY)] as Uint32Array,
      (place % ROUTES_PER_ARRAY) * SIZE,
    ];
  }

  #serverErrors(place: number): number {
    const [memory, at] = this.#at(place);
    let sum = 0;
    for (let slot = 0; slot < SLOTS; slot += 1) sum += memory[at + slot * COUNTS + 2] as number;
    return sum;
  }

  /** Clears these counts of all routes. */
  #clear(from: number, length: number): void {
    for (const memory of this.#memory)
      for (let at = from; at < memory.length; at += SIZE) memory.fill(0, at, at + length);
  }
}
