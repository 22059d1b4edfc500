import type { RejectedCounts } from '../../boundary/incident-report.ts';
import { isOverload, type Reason } from '../../boundary/reasons.ts';
import type { ResponseRule } from '../../boundary/response-rules.ts';
import { Http2Counts } from './http2-counts.ts';
import { packCounts } from './pack-counts.ts';
import type { PackedPods } from '../../boundary/packed-pods.ts';
import { getHeapStatistics } from 'node:v8';
import type { RouteName } from '../../boundary/delta.ts';
import type { Endpoint } from '../../routing/route.ts';
import {
  GAUGES,
  type Gauge,
  QUERYARGS_RESULTS,
  type QueryargsResult,
  type ReasonCount,
  SCALAR_COUNTERS,
  type ScalarCounter,
  type WorkerFigures,
} from '../../boundary/figures.ts';
import { LoopDelay } from '../load/loop-delay.ts';
import { type PackedCounts } from '../../boundary/packed-counts.ts';
import { packPods, PodCounts } from './pod-counts.ts';
import { AuthCounts } from './auth-counts.ts';
import { HandshakeCounts } from './handshake-counts.ts';
import { RouteCounts } from './route-counts.ts';
import { TotalCounts } from './total-counts.ts';
import { zeroes } from './zeroes.ts';

/** Maximum number of series in one part of a report: some hundred microseconds for either thread. */
const MAX_SERIES_PER_PART = 100;

/** The counters of one worker. The data plane adds to plain numbers; reports take increments. */
export class WorkerCounts {
  readonly scalars: Record<ScalarCounter, number> = zeroes(SCALAR_COUNTERS);
  readonly gauges: Record<Gauge, number> = zeroes(GAUGES);
  readonly queryargs: Record<QueryargsResult, number> = zeroes(QUERYARGS_RESULTS);
  readonly http2 = new Http2Counts();
  readonly loopDelay = new LoopDelay();
  readonly handshakes = new HandshakeCounts();
  readonly auths = new AuthCounts();
  readonly #touched: RouteCounts[] = [];
  readonly #totals = new TotalCounts();
  readonly #shared = { touched: this.#touched, totals: this.#totals };
  /** Answers to requests that had no route (yet). */
  readonly unrouted = new RouteCounts(this.#shared, { host: '', path: '' }, '');
  readonly #touchedPods: PodCounts[] = [];
  readonly #refusals = new Map<Reason, number>();
  readonly #failures = new Map<Reason, number>();
  readonly #badResponses = new Map<ResponseRule, number>();
  #rejectedClients: Map<keyof RejectedCounts, number> | undefined;
  /** Connections closed on arrival since the start: those reported in figures, and those taken for the log. */
  #shedReported = 0;
  #shedTaken = 0;

  series(route: RouteName, namespace: string): RouteCounts {
    return new RouteCounts(this.#shared, route, namespace);
  }

  pod(endpoint: Endpoint): PodCounts {
    return new PodCounts(this.#touchedPods, endpoint);
  }

  /** Counts the refusal of a request that had no route (yet). */
  refused(reason: Reason): void {
    addOne(this.#refusals, reason);
    this.#noteOverload(reason);
  }

  /** Requests and connections refused for overload since the last call, by reason. Undefined if there are none. */
  takeRejected(): ReadonlyMap<keyof RejectedCounts, number> | undefined {
    const shed = this.#takeShed();
    if (shed > 0) {
      this.#rejectedClients ??= new Map();
      this.#rejectedClients.set('connections', shed);
    }
    const taken = this.#rejectedClients;
    this.#rejectedClients = undefined;
    return taken;
  }

  /** Number of connections closed on arrival since the last call. */
  #takeShed(): number {
    const shed = this.#shedReported + this.scalars.downstream_connections_shed - this.#shedTaken;
    this.#shedTaken += shed;
    return shed;
  }

  /** Counts a request of a route that did not end with a complete response of its pod. */
  failed(reason: Reason): void {
    addOne(this.#failures, reason);
    this.#noteOverload(reason);
  }

  /** Counts a response of a pod that broke a rule. */
  badResponse(rule: ResponseRule): void {
    addOne(this.#badResponses, rule);
  }

  #noteOverload(reason: Reason): void {
    if (!isOverload(reason)) return;
    this.#rejectedClients ??= new Map();
    addOne(this.#rejectedClients, reason);
  }

  /**
   * Takes the increments of all series that have some now, in slices. A slice contains what its series have counted
   * until then; what they count later is in the next round. If the caller stops early, the remaining increments are
   * lost.
   */
  *takeSeries(): Generator<PackedCounts, void> {
    const due = this.#touched.splice(0);
    for (let from = 0; from < due.length; from += MAX_SERIES_PER_PART)
      yield packCounts(due.slice(from, from + MAX_SERIES_PER_PART));
  }

  /** The same for pods. */
  *takePods(): Generator<PackedPods, void> {
    const due = this.#touchedPods.splice(0);
    for (let from = 0; from < due.length; from += MAX_SERIES_PER_PART)
      yield packPods(due.slice(from, from + MAX_SERIES_PER_PART));
  }

  /** Takes the other increments since the last call, and the current gauges. */
  takeFigures(worker: number): WorkerFigures {
    const refusals = takeReasons(this.#refusals);
    const failures = takeReasons(this.#failures);
    const badResponses = taken(this.#badResponses, (rule, count) => ({ rule, count }));
    const auths = this.auths.take();
    const scalars = { ...this.scalars };
    this.#shedReported += scalars.downstream_connections_shed;
    for (const name of SCALAR_COUNTERS) this.scalars[name] = 0;
    const queryargs = { ...this.queryargs };
    for (const result of QUERYARGS_RESULTS) this.queryargs[result] = 0;
    return {
      worker,
      refusals,
      failures,
      badResponses,
      queryargs,
      http2: this.http2.take(),
      scalars,
      handshakes: this.handshakes.take(),
      ...(auths.length > 0 && { auths }),
      totals: this.#totals.take(),
      gauges: { ...this.gauges },
      eventLoopDelay: this.loopDelay.figures(),
      heapUsed: getHeapStatistics().used_heap_size,
    };
  }
}

function addOne<Word extends string>(counts: Map<Word, number>, word: Word): void {
  counts.set(word, (counts.get(word) ?? 0) + 1);
}

/** Returns a row for each count, and empties `counts`. */
function taken<Word, Row>(counts: Map<Word, number>, row: (word: Word, count: number) => Row): Row[] {
  const rows = Array.from(counts, ([word, count]) => row(word, count));
  counts.clear();
  return rows;
}

function takeReasons(counts: Map<Reason, number>): ReasonCount[] {
  return taken(counts, (reason, count) => ({ reason, count }));
}
