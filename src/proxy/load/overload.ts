import type { OverloadReason } from '../../boundary/reasons.ts';
import type { WorkerSettings } from '../../boundary/settings.ts';
import { TICK } from './coarse-clock.ts';
import { Admission } from './admission.ts';

/** The settings that limit the work of one worker. */
type OverloadSettings = Pick<WorkerSettings, 'maxInFlight' | 'shedAtHeap' | 'refuseAtHeap' | 'shedAtLag'>;

/**
 * This many consecutive ticks must be later than the lag: one long pause (a garbage collection, a frozen process) is no
 * overload.
 */
const LATE_TICKS = 2;
/**
 * Turns can stay short while work accumulates in sockets and pods. A loop that did not wait for this many ticks, with
 * more requests in flight than it can answer in LATE_TICKS times the lag, is overloaded, too.
 */
const SATURATED_TICKS = 10;
const SATURATED_UTILIZATION = 0.95;
/** Consecutive ticks in time after which the overload is over: about a second. */
const RECOVERED_TICKS = 20;
/** Percentage points below its limit at which the heap has recovered. */
const HEAP_RELIEF = 5;
/**
 * Up to this many requests in flight, podway ignores heap and lag. The heap is then full of garbage that V8 had no
 * reason to collect, and only work gives it a reason; or the route table fills it, and refusing would not help. A loop
 * that is late with so few requests is busy with other work.
 */
const MIN_REQUESTS = 64;
/**
 * From this percentage on, a small heap may fill up between two ticks: then every REQUESTS_PER_CHECK requests cause a
 * check.
 */
const HEAP_BUSY = 60;
const REQUESTS_PER_CHECK = 16;
/** This many new connections always cause a check, which costs about as much as a request. */
const CONNECTIONS_PER_CHECK = 32;
/**
 * Under overload, podway lets turns be late by this part of the lag: batches are then large enough to be cheap, and
 * answers come soon enough. With longer turns, more requests are in flight at the same time, and each costs more: a
 * quarter lost 5 % of the answers.
 */
const ADMISSION_SPAN = 1 / 8;
/** A loop that works less than this part of the time is not overloaded, regardless of how many requests wait. */
const IDLE_UTILIZATION = 1 / 2;

/**
 * Decides from plain counters whether a worker may accept more: by limits that always apply (requests in flight, bytes
 * of requests), and by signs of overload (heap, lag) with hysteresis.
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
  /** Part of the time in which the loop did not wait, averaged over about a second. */
  #busy = 0;
  #overloaded = false;
  readonly #admission: Admission;
  readonly #heap: () => number;
  readonly #makeRoom: (network: string) => boolean;

  /**
   * @param heap returns the percentage of the heap in use
   * @param makeRoom returns whether there is memory for another body of this client
   */
  constructor(settings: OverloadSettings, heap: () => number, makeRoom: (network: string) => boolean) {
    this.#settings = settings;
    this.#heap = heap;
    this.#makeRoom = makeRoom;
    this.#admission = new Admission(TICK + settings.shedAtLag * ADMISSION_SPAN);
  }

  /** Number of requests that may start before the next tick; 0: no limit. */
  get admissionLimit(): number {
    return this.#overloaded ? this.#admission.limit : 0;
  }

  /** Call it periodically. Many requests at once also cause a check. */
  checkHeap(): void {
    const used = this.#heap();
    this.#heapUsed = used;
    const { shedAtHeap, refuseAtHeap } = this.#settings;
    this.#heapFull = used >= (this.#heapFull ? shedAtHeap - HEAP_RELIEF : shedAtHeap);
    this.#heapBursting = used >= (this.#heapBursting ? refuseAtHeap - HEAP_RELIEF : refuseAtHeap);
  }

  /**
   * Call it at every tick of the clock.
   *
   * @param late how late the tick is, in milliseconds
   * @param work milliseconds since the last tick in which the event loop did not wait
   */
  tick(late: number, work: number): void {
    const { shedAtLag } = this.#settings;
    const inTime = late <= shedAtLag / 2;
    this.#lateTicks = late > shedAtLag ? this.#lateTicks + 1 : 0;
    const busy = Math.min(work / (TICK + late), 1);
    this.#busy += (busy - this.#busy) / RECOVERED_TICKS;
    this.#saturatedTicks = busy >= SATURATED_UTILIZATION ? this.#saturatedTicks + 1 : 0;
    // Clients that were refused come back together, and use the whole limit of one tick: this alone is no sign of
    // overload.
    const recovered = inTime && (!this.#admission.full || this.#busy < IDLE_UTILIZATION);
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

  /** Call it once for each admitted request, when its response head has come or no longer can. */
  answered(): void {
    this.#admission.answered();
  }

  /**
   * Call it once for every request. Returns undefined if the request is admitted.
   *
   * @param inFlight requests in flight, including this one
   * @param uploader the client's network, if the request has a body
   * @param open the same with requests of HTTP/2 whose pods have answered and whose clients have not taken the answer: they cause no
   *   work, but keep memory
   */
  refusal(inFlight: number, uploader: string | undefined, open = inFlight): OverloadReason | undefined {
    this.#inFlight = inFlight;
    if (open > this.#settings.maxInFlight) return 'overload-in-flight';
    if (uploader !== undefined && !this.#makeRoom(uploader)) return 'overload-memory';
    this.#requests += 1;
    if (this.#heapUsed >= HEAP_BUSY && this.#requests % REQUESTS_PER_CHECK === 0) this.checkHeap();
    if (this.#heapFull && open > MIN_REQUESTS) return 'overload-heap';
    if (!this.#admission.admit() && inFlight > MIN_REQUESTS) return 'overload-lag';
    return undefined;
  }

  /** Call it once for every new connection. `connections` does not include it. */
  refusesConnection(connections: number): boolean {
    this.#newConnections += 1;
    if (this.#newConnections % CONNECTIONS_PER_CHECK === 0) this.checkHeap();
    return this.#heapBursting && connections >= MIN_REQUESTS;
  }
}
