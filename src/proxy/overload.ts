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
/** A small heap that is so full (percent) fills up between two ticks: then it is looked at with every so many requests. */
const HEAP_BUSY = 60;
const HEAP_SEEN_EVERY = 16;

/** What it knows by asking. */
interface Senses {
  /** Milliseconds, running on within a turn of the event loop. */
  readonly now: () => number;
  /** Percent of the heap in use. */
  readonly heap: () => number;
}

/**
 * What one worker can still take, decided from plain numbers that its data plane tells: bounds that hold always (in
 * flight, bytes of requests), and signs of distress (heap, lag) that come and go with hysteresis.
 */
export class Overload {
  /** Bytes of requests that no pod has taken yet, all connections together. */
  heldBytes = 0;
  readonly #limits: OverloadLimits;
  #heapUsed = 0;
  #asked = 0;
  #heapFull = false;
  #heapBursting = false;
  #lateTicks = 0;
  #calmTicks = 0;
  #overloaded = false;
  #turnBegan = 0;
  readonly #senses: Senses;

  constructor(limits: OverloadLimits, senses: Senses) {
    this.#limits = limits;
    this.#senses = senses;
  }

  /** Nobody's bytes are read any more while others of his lie unread. */
  get memorySpent(): boolean {
    return this.heldBytes >= this.#limits.requestMemory;
  }

  /** Call it now and then; many requests at once look by themselves. */
  seeHeap(): void {
    const used = this.#senses.heap();
    this.#heapUsed = used;
    const { heapShed, heapRefuse } = this.#limits;
    this.#heapFull = used >= (this.#heapFull ? heapShed - HEAP_RELIEF : heapShed);
    this.#heapBursting = used >= (this.#heapBursting ? heapRefuse - HEAP_RELIEF : heapRefuse);
  }

  /** Call it with every tick of the clock, that came so many milliseconds late. */
  tick(late: number): void {
    const { lag } = this.#limits;
    this.#turnBegan = this.#senses.now();
    this.#lateTicks = late > lag ? this.#lateTicks + 1 : 0;
    this.#calmTicks = late <= lag / 2 ? this.#calmTicks + 1 : 0;
    if (this.#lateTicks >= LATE_TICKS) this.#overloaded = true;
    else if (this.#calmTicks >= CALM_TICKS) this.#overloaded = false;
  }

  /** Call it once for every request; `inFlight` counts it already. Undefined: let it in. */
  refusal(inFlight: number, hasBody: boolean): OverloadReason | undefined {
    if (inFlight > this.#limits.inFlight) return 'overload-in-flight';
    if (hasBody && this.memorySpent) return 'overload-memory';
    this.#asked += 1;
    if (this.#heapUsed >= HEAP_BUSY && this.#asked % HEAP_SEEN_EVERY === 0) this.seeHeap();
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
    return this.#overloaded && this.#senses.now() - this.#turnBegan > this.#limits.lag;
  }
}
