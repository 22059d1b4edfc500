import type { OverloadReason } from '../../boundary/reasons.ts';
import type { WorkerSettings } from '../../boundary/settings.ts';
import { TICK } from './coarse-clock.ts';
import { Admission } from './admission.ts';

/** Of one worker. */
type OverloadSettings = Pick<WorkerSettings, 'maxInFlight' | 'shedAtHeap' | 'refuseAtHeap' | 'shedAtLag'>;

/** One long pause (a collection, a frozen process) is not overload: so many ticks in a row must be late by more than the lag. */
const LATE_TICKS = 2;
/**
 * Turns can stay short while work piles up in sockets and pods. A loop that did not rest for so many ticks, with more
 * requests under way than it is able to answer in LATE_TICKS times the lag, is overloaded too.
 */
const SATURATED_TICKS = 10;
const SATURATED = 0.95;
/** Ticks in time, one after the other, that end it: about a second. */
const RECOVERED_TICKS = 20;
/** Percent below its mark at which the heap is fine again. */
const HEAP_RELIEF = 5;
/**
 * Below this many requests in flight, heap and lag are ignored. A heap is then full of garbage that V8 had no reason to
 * collect, and only work gives it one, or of the route table, and refusing would not help; and a loop that is late for so
 * few has something else to do.
 */
const FEW = 64;
/** A small heap that is so full (percent) fills up between two ticks: then it is checked with every so many requests. */
const HEAP_BUSY = 60;
const REQUESTS_PER_CHECK = 16;
/** And always with every so many new connections: a check costs about as much as a request. */
const CONNECTIONS_PER_CHECK = 32;
/**
 * Under overload turns shall be late by this part of the lag: batches large enough to be cheap, answers soon enough. With
 * larger ones more is under way at the same time, and each request costs more: a quarter lost 5 % of the answers.
 */
const SPAN = 1 / 8;
/** A loop that does less than this part of the time is not overloaded, however much waits. */
const IDLE = 1 / 2;

/**
 * Decides from plain counters whether a worker may accept more: limits that always apply (requests in flight, bytes of
 * requests), and signs of overload (heap, lag) with hysteresis.
 */
export class Overload {
  readonly #settings: OverloadSettings;
  #heapUsed = 0;
  #requests = 0;
  #newConnections = 0;
  #heapFull = false;
  #heapBursting = false;
  #lateTicks = 0;
  #recoveredTicks = 0;
  #saturatedTicks = 0;
  #inFlight = 0;
  /** Part of the time in which the loop did not wait, over the last second or so. */
  #busy = 0;
  #overloaded = false;
  readonly #admission: Admission;
  readonly #heap: () => number;
  readonly #makeRoom: (address: string) => boolean;

  /** `heap`: percent of the heap in use. `makeRoom`: whether there is memory for another body of a client. */
  constructor(settings: OverloadSettings, heap: () => number, makeRoom: (address: string) => boolean) {
    this.#settings = settings;
    this.#heap = heap;
    this.#makeRoom = makeRoom;
    this.#admission = new Admission(TICK + settings.shedAtLag * SPAN);
  }

  /** Requests that may start before the next tick; 0: no limit. */
  get admissionLimit(): number {
    return this.#overloaded ? this.#admission.limit : 0;
  }

  /** To be called periodically; many requests at once cause a check of their own. */
  checkHeap(): void {
    const used = this.#heap();
    this.#heapUsed = used;
    const { shedAtHeap, refuseAtHeap } = this.#settings;
    this.#heapFull = used >= (this.#heapFull ? shedAtHeap - HEAP_RELIEF : shedAtHeap);
    this.#heapBursting = used >= (this.#heapBursting ? refuseAtHeap - HEAP_RELIEF : refuseAtHeap);
  }

  /** Call it with every tick of the clock: how late it is, and how long the event loop did not wait since; milliseconds. */
  tick(late: number, work: number): void {
    const { shedAtLag } = this.#settings;
    const inTime = late <= shedAtLag / 2;
    this.#lateTicks = late > shedAtLag ? this.#lateTicks + 1 : 0;
    const busy = Math.min(work / (TICK + late), 1);
    this.#busy += (busy - this.#busy) / RECOVERED_TICKS;
    this.#saturatedTicks = busy >= SATURATED ? this.#saturatedTicks + 1 : 0;
    // Clients that were refused come back together, and what may begin in that tick is begun: that alone is no distress.
    const recovered = inTime && (!this.#admission.full || this.#busy < IDLE);
    this.#recoveredTicks = recovered ? this.#recoveredTicks + 1 : 0;
    if (this.#lateTicks >= LATE_TICKS || this.#isSaturated()) this.#overloaded = true;
    else if (this.#recoveredTicks >= RECOVERED_TICKS) this.#overloaded = false;
    this.#admission.tick({ work, overloaded: this.#overloaded });
  }

  #isSaturated(): boolean {
    const { capacity } = this.#admission;
    return (
      this.#saturatedTicks >= SATURATED_TICKS &&
      capacity > 0 &&
      this.#inFlight > capacity * LATE_TICKS * this.#settings.shedAtLag
    );
  }

  /** A request that was let in has got its response head, or never will: call it once for each. */
  answered(): void {
    this.#admission.answered();
  }

  /**
   * Call it once for every request; `inFlight` counts it already. `uploader`: the client's address, if the request has a body.
   * Undefined: let it in.
   */
  refusal(inFlight: number, uploader: string | undefined): OverloadReason | undefined {
    this.#inFlight = inFlight;
    if (inFlight > this.#settings.maxInFlight) return 'overload-in-flight';
    if (uploader !== undefined && !this.#makeRoom(uploader)) return 'overload-memory';
    this.#requests += 1;
    if (this.#heapUsed >= HEAP_BUSY && this.#requests % REQUESTS_PER_CHECK === 0) this.checkHeap();
    if (this.#heapFull && inFlight > FEW) return 'overload-heap';
    if (!this.#admission.admit() && inFlight > FEW) return 'overload-lag';
    return undefined;
  }

  /** Call it once for every new connection; `connections` without it. */
  refusesConnection(connections: number): boolean {
    this.#newConnections += 1;
    if (this.#newConnections % CONNECTIONS_PER_CHECK === 0) this.checkHeap();
    return this.#heapBursting && connections >= FEW;
  }
}
