import type { Ending } from '../../http1/body-writer.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import type { Flow } from '../bytes/buffer-budget.ts';
import type { Downstream, Hold } from './ends.ts';
import { type EndableExchange, EventStream } from './event-stream.ts';
import type { ExchangeNeeds } from './needs.ts';

type ResponseNeeds = Pick<ExchangeNeeds, 'budget' | 'counts' | 'streams'>;

/**
 * One response on its way to the client, without framing. podway counts its bytes and never delays them. The pod may be
 * ahead of the client by the watermark of the worker's buffer budget.
 */
export class ResponseBody {
  readonly status: number;
  /** Bytes of the body so far. */
  bytes = 0;
  /** Bytes were passed on: no other response can replace this one. */
  started = false;
  /** Enough bytes are queued for the client: podway does not read from the pod. */
  stalled = false;
  readonly #downstream: Downstream;
  readonly #needs: ResponseNeeds;
  readonly #flow: Flow;
  readonly #bufferSize: number;
  readonly #events: EventStream | undefined;

  /** @param bufferSize see `proxyBufferSize` */
  constructor(head: ResponseHead, exchange: EndableExchange, needs: ResponseNeeds, bufferSize: number) {
    this.status = head.status;
    this.#downstream = exchange.downstream;
    this.#needs = needs;
    this.#bufferSize = bufferSize;
    this.#flow = head.accelBuffering === 'no' || head.streaming !== '' ? 'write-through' : 'buffered';
    this.#events = EventStream.of(head, exchange, needs);
  }

  write(buf: Buffer, start: number, end: number, ending: Ending): Hold {
    const last = this.#events === undefined ? end : this.#events.take(buf, start, end);
    if (last < end && last === start && ending === undefined) return 'free';
    this.started = true;
    this.bytes += last - start;
    const hold = this.#downstream.write(buf, start, last, ending);
    this.stalled = ending === undefined && this.#downstream.sendQueue.queued >= this.#watermark;
    if (this.stalled) this.#needs.counts.scalars.buffer_pauses += 1;
    return hold;
  }

  /**
   * The client took some of the queued bytes. Returns true if podway may read from the pod again: half of the watermark
   * is free, or so few bytes are left that the socket will not report when they have left.
   */
  unstalled(): boolean {
    const { full, queued } = this.#downstream.sendQueue;
    if (!this.stalled || (full && queued > this.#watermark / 2)) return false;
    this.stalled = false;
    return true;
  }

  over(): void {
    this.#events?.over();
  }

  get #watermark(): number {
    return this.#needs.budget.watermark(this.#flow, this.#bufferSize);
  }
}
