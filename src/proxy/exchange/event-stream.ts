import type { Reason } from '../../boundary/reasons.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import type { WorkerCounts } from '../counts/worker-counts.ts';
import { EventBoundary } from '../drain/event-boundary.ts';
import type { Drainable, StreamDrain } from '../drain/stream-drain.ts';
import type { Downstream, UpstreamRequest } from './ends.ts';

/** The exchange of a response, as far as it can be ended before the pod ends it. */
export interface EndableExchange {
  readonly downstream: Downstream;
  readonly request: Pick<UpstreamRequest, 'abandon'> | undefined;
  /** The response is whole. */
  complete(reason: Reason): void;
}

interface EventNeeds {
  readonly streams: StreamDrain;
  readonly counts: WorkerCounts;
}

const NOTHING = Buffer.alloc(0);
/** Where events end is not seen in compressed ones, and a body of a known length cannot end before that. */
const UNENDABLE = /^content-(?:encoding|length):/im;

/** A response of server-sent events, which podway ends behind an event when it stops: the client connects again by itself. */
export class EventStream implements Drainable {
  readonly #it: EndableExchange;
  readonly #needs: EventNeeds;
  readonly #boundary = new EventBoundary();
  #isDue = false;

  constructor(it: EndableExchange, needs: EventNeeds) {
    this.#it = it;
    this.#needs = needs;
    needs.streams.join(this);
  }

  /** Undefined: what this response is cannot be ended but by its pod. */
  static of(head: ResponseHead, it: EndableExchange, needs: EventNeeds): EventStream | undefined {
    if (head.streaming !== 'events' || UNENDABLE.test(head.text)) return undefined;
    return new EventStream(it, needs);
  }

  /** Bytes of the pod: those before the index that is returned go to the client. */
  take(buf: Buffer, start: number, end: number): number {
    if (this.#isDue) return this.#boundary.takeEvent(buf, start, end);
    this.#boundary.take(buf, start, end);
    return end;
  }

  drain(): boolean {
    this.#isDue = true;
    if (!this.#boundary.isBetween) return false;
    this.#needs.counts.scalars.drain_event_streams_ended += 1;
    this.#it.request?.abandon();
    this.#it.downstream.write(NOTHING, 0, 0, '');
    this.#it.complete('drain-closed');
    return true;
  }

  over(): void {
    this.#needs.streams.leave(this);
  }
}
