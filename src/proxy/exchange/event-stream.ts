import type { Reason } from '../../boundary/reasons.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import type { WorkerCounts } from '../counts/worker-counts.ts';
import { EventBoundary } from '../drain/event-boundary.ts';
import type { Drainable, StreamDrain } from '../drain/stream-drain.ts';
import type { Downstream, UpstreamRequest } from './ends.ts';

/** The exchange of a response, as far as podway needs it to end the response before the pod does. */
export interface EndableExchange {
  readonly downstream: Downstream;
  readonly request: Pick<UpstreamRequest, 'abandon'> | undefined;
  /** The response is complete. */
  complete(reason: Reason): void;
}

interface EventNeeds {
  readonly streams: StreamDrain;
  readonly counts: WorkerCounts;
}

const EMPTY = Buffer.alloc(0);
/** podway cannot see where compressed events end, and a body of a known length cannot end early. */
const CANNOT_END_EARLY = /^content-(?:encoding|length):/im;

/** A response of server-sent events. When podway stops, it ends the response after an event, and the client reconnects. */
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

  /** Undefined if only the pod can end this response. */
  static of(head: ResponseHead, it: EndableExchange, needs: EventNeeds): EventStream | undefined {
    if (head.streaming !== 'events' || CANNOT_END_EARLY.test(head.text)) return undefined;
    return new EventStream(it, needs);
  }

  /** Processes bytes of the pod. Those before the returned index go to the client. */
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
    this.#it.downstream.write(EMPTY, 0, 0, '');
    this.#it.complete('drain-closed');
    return true;
  }

  over(): void {
    this.#needs.streams.leave(this);
  }
}
