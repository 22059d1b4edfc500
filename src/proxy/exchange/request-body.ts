import type { FailureReason } from '../../boundary/reasons.ts';
import type { ClientTimeouts, RouteOptions } from '../../boundary/route-options.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { ByteWindow } from '../bytes/byte-window.ts';
import { bodyRateOf, collectedSize, declareLength } from './awaited-body.ts';
import type { BodyRate } from './body-rate.ts';
import type { Stage } from './deadlines.ts';
import type { BodySide, Downstream, Hold, UpstreamRequest } from './ends.ts';
import type { ExchangeNeeds } from './needs.ts';

/** Maximum number of bytes of a body that are held for another try. */
const MAX_HELD_BYTES = 65_536;

export type BodyOptions = ClientTimeouts & Pick<RouteOptions, 'collectRequest'>;

/** The exchange, as far as its body needs it. */
export interface BodyOwner {
  readonly head: RequestHead;
  readonly downstream: Downstream;
  readonly stage: Stage;
  /** podway waits for the body, or collects it, before it asks a pod. */
  enter(stage: 'continue' | 'collecting'): void;
  /** Enough of the body was received to send the request to a pod. */
  begin(): void;
  /** The last byte of the body has come. */
  bodyDone(): void;
  /** Bytes have moved. */
  progress(): void;
  fail(reason: FailureReason): void;
}

type BodyNeeds = Pick<ExchangeNeeds, 'settings' | 'clock' | 'memory'>;

/**
 * The body of one request on its way to the pod, without framing. podway waits for it after 100 (Continue), collects it
 * if its route requires this, counts its bytes and limits them.
 */
export class RequestBody implements BodySide {
  done: boolean;
  /** The pod takes no more bytes at the moment. */
  blocked = false;
  /** Bytes so far. */
  bytes = 0;
  readonly #owner: BodyOwner;
  readonly #needs: BodyNeeds;
  /** The options of the route, until a pod is picked. */
  #options: BodyOptions | undefined = undefined;
  /** Maximum size in bytes; 0: no limit. */
  #max = 0;
  #request: UpstreamRequest | undefined = undefined;
  /** Bytes that were received before a pod could take them. */
  #kept: ByteWindow | undefined = undefined;
  /** Bytes that were written to the pod, while podway may still learn that none of them has arrived. */
  #sent: ByteWindow | undefined = undefined;
  /** Bytes were written that are not in `#sent`. */
  #isLost = false;
  /** The request goes to a pod only after this many bytes of the body, or all of it, were received. */
  #collected = 0;
  /** A part of the body has come, even if only framing. */
  #hasBegun = false;
  /** The minimum rate of the body; null: none, undefined: podway has not waited for the body yet. */
  #rate: BodyRate | null | undefined = undefined;

  constructor(owner: BodyOwner, needs: BodyNeeds) {
    const { framing, contentLength } = owner.head;
    this.#owner = owner;
    this.#needs = needs;
    this.done = framing === 'length' && contentLength === 0;
  }

  /** Bytes that the pod's socket has not taken, and bytes that are kept for it. */
  get pending(): number {
    return (this.#request?.queued ?? 0) + (this.#kept?.memory ?? 0) + (this.#sent?.memory ?? 0);
  }

  /** All written bytes are still held: another pod may get them if none of them has arrived. */
  get isHeld(): boolean {
    return !this.#isLost;
  }

  get isUnsent(): boolean {
    return this.#request === undefined && (!this.done || this.pending > 0);
  }

  /**
   * For a body that is not done. Returns true if podway may ask a pod now; otherwise the owner's `begin` follows, or
   * its `fail` was called.
   */
  start(options: BodyOptions, max: number): boolean {
    const owner = this.#owner;
    this.#options = options;
    this.#max = max;
    const { downstream, head } = owner;
    const here = downstream.unread > 0;
    if (!here && downstream.ended) {
      owner.fail('body-cut');
      return false;
    }
    this.#collected = collectedSize(head, options.collectRequest);
    if (this.#collected > 0) this.#kept = new ByteWindow();
    const isAwaited = !here && head.expect === 'continue';
    if (!isAwaited && !this.#isCollecting) return true;
    owner.enter(isAwaited ? 'continue' : 'collecting');
    if (isAwaited) downstream.askForBody();
    return false;
  }

  get #isCollecting(): boolean {
    return this.#kept !== undefined && !this.done && this.bytes <= this.#collected;
  }

  canTake(): boolean {
    const owner = this.#owner;
    if (owner.stage === 'sending' || owner.stage === 'relaying') return !this.blocked;
    if (owner.stage !== 'continue') return owner.stage === 'collecting';
    owner.enter('collecting');
    if (!this.#isCollecting) this.#begin();
    return this.canTake();
  }

  take(buf: Buffer, start: number, end: number, done: boolean): Hold {
    const owner = this.#owner;
    this.#hasBegun = true;
    this.bytes += end - start;
    // A declared length has already been compared with it.
    if (this.#max > 0 && this.bytes > this.#max) {
      owner.fail('body-too-large');
      return 'free';
    }
    this.done = done;
    const hold = this.#pass(buf, start, end);
    if (done) owner.bodyDone();
    else if (owner.downstream.bodyCut) owner.fail('body-cut');
    if (owner.stage === 'collecting') this.#collect();
    owner.progress();
    return hold;
  }

  /** The request goes to a pod when the body is complete, or longer than the limit for collecting: then the rest is streamed. */
  #collect(): void {
    const { head, downstream } = this.#owner;
    if (this.done) declareLength(head, this.bytes);
    if (!this.#isCollecting) this.#begin();
    else if (!this.#needs.memory.makeRoom(downstream.peer.network)) this.#owner.fail('overload-memory');
  }

  #begin(): void {
    this.stopWaiting(this.#needs.clock.now);
    this.#owner.begin();
  }

  #pass(buf: Buffer, start: number, end: number): Hold {
    if (this.#kept === undefined) return this.#write(buf, start, end);
    this.#kept.append(buf, start, end);
    return 'free';
  }

  #write(buf: Buffer, start: number, end: number): Hold {
    this.#hold(buf, start, end);
    return this.#rewrite(buf, start, end);
  }

  #rewrite(buf: Buffer, start: number, end: number): Hold {
    const request = this.#request as UpstreamRequest;
    const hold = request.write(buf, start, end, this.done);
    this.blocked = request.full;
    return hold;
  }

  #hold(buf: Buffer, start: number, end: number): void {
    const sent = this.#sent;
    if (sent !== undefined && sent.length + end - start <= MAX_HELD_BYTES)
      return sent.append(buf, start, end);
    this.#sent = undefined;
    this.#isLost = true;
  }

  /** The body goes to this try from now on, starting with the bytes that were kept. */
  open(request: UpstreamRequest): void {
    this.#request = request;
    this.blocked = false;
    if (this.#sent !== undefined) return this.#repeat(this.#sent);
    if (request.mayBeRefused) this.#sent = new ByteWindow();
    const kept = this.#kept;
    this.#kept = undefined;
    // Only a pending write may still refer to this memory.
    if (kept !== undefined && kept.length > 0) this.#write(kept.bytes, kept.start, kept.end);
  }

  /** Writes the bytes that another pod did not get. */
  #repeat(sent: ByteWindow): void {
    const hasEnd = this.done && this.#hasBegun;
    if (sent.length > 0 || hasEnd) this.#rewrite(sent.bytes, sent.start, sent.end);
  }

  /** The pod answers, so no other pod will get the request. */
  answered(): void {
    if (this.#sent === undefined) return;
    this.#isLost = true;
    this.#sent = undefined;
  }

  failed(reason: 'bad-chunk' | 'body-cut'): void {
    this.#owner.fail(reason);
  }

  /** The pod takes bytes again. */
  podDrained(): void {
    if (!this.blocked) return;
    this.blocked = false;
    this.#owner.progress();
    this.#owner.downstream.readBody();
  }

  /** How long podway may wait for the client from `now` on, in milliseconds. */
  startWaiting(now: number): number {
    const maxWait = this.#request?.endpoint.options ?? (this.#options as BodyOptions);
    const { clientIdleTimeout } = maxWait;
    // The minimum rate applies to a collected body from its first byte on.
    if (!this.#hasBegun && this.#request === undefined) return clientIdleTimeout;
    if (this.#rate === undefined) this.#rate = bodyRateOf(this.#owner.head, maxWait);
    return Math.min(this.#rate?.startWaiting(now, this.bytes) ?? clientIdleTimeout, clientIdleTimeout);
  }

  stopWaiting(now: number): void {
    this.#rate?.stopWaiting(now);
  }

  tooSlow(now: number): boolean {
    return this.#rate?.isSpent(now) === true;
  }
}
