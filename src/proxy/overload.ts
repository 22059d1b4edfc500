/** Why a client is turned away for our own sake: one word for the answer and the metric. */
type OverloadReason = 'overload-in-flight' | 'overload-memory' | 'overload-heap' | 'overload-lag';

/** Of one worker. */
export interface OverloadLimits {
  /** Exchanges at the same time; tunnels are not counted, `connections` bounds them. */
  readonly inFlight: number;
  /** Bytes of requests that no pod has taken yet. */
  readonly requestMemory: number;
  /** Percent of the heap in use from which requests are refused, and from which connections are. */
  readonly heapShed: number;
  readonly heapRefuse: number;
  /** Milliseconds that the event loop may be late, turn after turn. */
  readonly lag: number;
}

/** One long pause (a collection, a frozen process) is not overload: so many ticks in a row must be late. */
const LATE_TICKS = 2;
/** Ticks in time, one after the other, that end it: about a second. */
const CALM_TICKS = 20;
/** Percent below its mark at which the heap is fine again. */
const HEAP_RELIEF = 5;
/**
 * A full heap refuses nobody while this little goes on: either it is garbage that V8 had no reason to collect, and only
 * work gives it one, or it is the route table, and refusing would not help.
 */
const FEW = 64;

/**
 * What one worker can still take, decided from plain numbers that its data plane tells: bounds that hold always (in
 * flight, bytes of requests), and signs of distress (heap, lag) that come and go with hysteresis.
 */
export class Overload {
  /** Bytes of requests that no pod has taken yet, all connections together. */
  heldBytes = 0;
  readonly #limits: OverloadLimits;
  #heapFull = false;
  #heapBursting = false;
  #lateTicks = 0;
  #calmTicks = 0;
  #overloaded = false;
  #turnBegan = 0;
  readonly #now: () => number;

  /** `now` in milliseconds, running on within a turn of the event loop. */
  constructor(limits: OverloadLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Nobody's bytes are read any more while others of his lie unread. */
  get memorySpent(): boolean {
    return this.heldBytes >= this.#limits.requestMemory;
  }

  /** Call it now and then with the percentage of the heap in use. */
  seeHeap(used: number): void {
    const { heapShed, heapRefuse } = this.#limits;
    this.#heapFull = used >= (this.#heapFull ? heapShed - HEAP_RELIEF : heapShed);
    this.#heapBursting = used >= (this.#heapBursting ? heapRefuse - HEAP_RELIEF : heapRefuse);
  }

  /** Call it with every tick of the clock, that came so many milliseconds late. */
  tick(late: number): void {
    const { lag } = this.#limits;
    this.#turnBegan = this.#now();
    this.#lateTicks = late > lag ? this.#lateTicks + 1 : 0;
    this.#calmTicks = late <= lag / 2 ? this.#calmTicks + 1 : 0;
    if (this.#lateTicks >= LATE_TICKS) this.#overloaded = true;
    else if (this.#calmTicks >= CALM_TICKS) this.#overloaded = false;
  }

  /** Call it once for every request; `inFlight` counts it already. Undefined: let it in. */
  refusal(inFlight: number, hasBody: boolean): OverloadReason | undefined {
    if (inFlight > this.#limits.inFlight) return 'overload-in-flight';
    if (hasBody && this.memorySpent) return 'overload-memory';
    if (this.#heapFull && inFlight > FEW) return 'overload-heap';
    return this.#turnSpent() ? 'overload-lag' : undefined;
  }

  /** `connections` without the new one. */
  refusesConnection(connections: number): boolean {
    return this.#heapBursting && connections >= FEW;
  }

  /**
   * Under overload a turn of the event loop begins requests for so long, and refuses the rest of those that wait, which
   * is quick: the core goes on working as hard as it can, and what it answers is not too old to be of use.
   */
  #turnSpent(): boolean {
    return this.#overloaded && this.#now() - this.#turnBegan > this.#limits.lag;
  }
}
