import { randomFillSync } from 'node:crypto';
import type { WorkerSettings } from '../../boundary/settings.ts';
import type { SpanBatch, SpanRecord } from '../../boundary/span-record.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import { receivedState, receivedTrace, type TraceContext } from '../../http1/trace-context.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { type Continued, DIGITS, Trace } from './trace.ts';

export type TracerSettings = Pick<WorkerSettings, 'traceSampling' | 'traceSpansPerSecond'>;

/** A request, as far as its trace depends on it. */
export interface Traced {
  readonly head: RequestHead;
  readonly downstream: { readonly peer: Peer };
  readonly attempts: number;
}

/** Random bytes that are generated at a time: a call for each request would cost more than all the rest. */
const POOL_BYTES = 8_192;
const BYTES_PER_TRACE = DIGITS / 2;
/** Number of requests whose spans make a batch. */
const BATCH_SIZE = 256;
const UINT32_RANGE = 2 ** 32;

/**
 * Decides which requests of a worker are traced, and collects their spans. An untrusted client cannot influence this:
 * it can neither exclude its requests, nor have them all recorded. Its context is kept as a link.
 */
export class Tracer {
  readonly #settings: TracerSettings;
  readonly #clock: { readonly now: number };
  readonly #send: (batch: SpanBatch) => void;
  readonly #pool = Buffer.alloc(POOL_BYTES);
  #at = POOL_BYTES;
  #spans: SpanRecord[] = [];
  #overLimit = 0;
  /** Spans that may still be recorded in this second; the last request may exceed this. */
  #left: number;
  #second: number;

  constructor(settings: TracerSettings, clock: { readonly now: number }, send: (batch: SpanBatch) => void) {
    this.#settings = settings;
    this.#clock = clock;
    this.#send = send;
    this.#left = settings.traceSpansPerSecond;
    this.#second = clock.now;
  }

  /** Begins the trace of a request, which all its attempts share. */
  begin(request: Traced): Trace {
    if (this.#at + BYTES_PER_TRACE > POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#at = 0;
    }
    const from = this.#at;
    this.#at += BYTES_PER_TRACE;
    const continued = request.downstream.peer.trusted ? continuedOf(request.head) : undefined;
    // By the first digits of the id: other systems that sample by the id use its last digits.
    const isSampled =
      continued?.context.isSampled ??
      this.#pool.readUInt32LE(from) < this.#settings.traceSampling * UINT32_RANGE;
    const digits = this.#pool.toString('hex', from, from + BYTES_PER_TRACE);
    return new Trace(request, digits, isSampled && this.#mayRecord(), continued);
  }

  /** Whether another request may be recorded. If not, counts it. */
  #mayRecord(): boolean {
    if (this.hasRoom()) return true;
    this.#overLimit += 1;
    return false;
  }

  /** The limit allows the spans of another request. */
  hasRoom(): boolean {
    const { now } = this.#clock;
    if (now - this.#second >= 1_000) {
      this.#second = now;
      this.#left = this.#settings.traceSpansPerSecond;
    }
    return this.#left > 0;
  }

  record(span: SpanRecord): void {
    this.#left -= 1 + span.attempts.length;
    this.#spans.push(span);
    if (this.#spans.length >= BATCH_SIZE) this.flush();
  }

  /** The context of an untrusted client: its trace has a link to it, and does not continue it. */
  linkOf({ head, downstream }: Traced): TraceContext | undefined {
    return downstream.peer.trusted ? undefined : receivedTrace(head);
  }

  /** Sends the collected spans. */
  flush(): void {
    if (this.#spans.length === 0 && this.#overLimit === 0) return;
    this.#send({ spans: this.#spans, overLimit: this.#overLimit });
    this.#spans = [];
    this.#overLimit = 0;
  }
}

function continuedOf(head: RequestHead): Continued | undefined {
  const context = receivedTrace(head);
  return context && { context, state: receivedState(head) };
}
