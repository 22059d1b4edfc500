import type { TunnelReason } from '../../boundary/reasons.ts';
import type { EndpointOptions } from '../../boundary/route-options.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import type { WorkerCounts } from '../counts/worker-counts.ts';
import type { Drainable, StreamDrain } from '../drain/stream-drain.ts';
import { type CloseCode, WebSocketClosing } from '../drain/websocket-closing.ts';
import type { ClientTunnelEnd, Hold, TunnelClientSide, TunnelEnd, TunnelPodSide } from './ends.ts';

/** What a tunnel needs besides its ends. Times in milliseconds. */
export interface TunnelNeeds {
  readonly clock: { readonly now: number };
  readonly counts: WorkerCounts;
  readonly settings: { readonly lingerTimeout: number };
  readonly streams: StreamDrain;
}

export interface TunnelEnds {
  readonly client: ClientTunnelEnd;
  readonly pod: TunnelEnd;
  /** Undefined: both speak what only they know. */
  readonly closing: WebSocketClosing | undefined;
}

/** For the answer to a Close frame of the router's own; milliseconds. */
const CLOSE_WAIT = 2_000;

/** How podway ends a tunnel of this protocol when it stops; undefined: not at all before the end of the drain timeout. */
export function closingOf(
  head: ResponseHead,
  protocol: string,
  { settings }: { readonly settings: { readonly drainCloseCode: CloseCode | 'none' } },
): WebSocketClosing | undefined {
  const { drainCloseCode } = settings;
  return protocol === 'websocket' && drainCloseCode !== 'none'
    ? new WebSocketClosing(head, drainCloseCode)
    : undefined;
}

/**
 * An upgraded connection: bytes both ways, with back-pressure. One side's FIN is passed on and the other may finish what it is
 * sending; a reset ends both at once. Payloads are never looked at; when podway stops, a WebSocket is ended by a Close frame of
 * the router's own.
 */
export class Tunnel implements TunnelClientSide, TunnelPodSide, Drainable {
  bytesSent = 0;
  bytesReceived = 0;
  deadline = 0;
  clientBlocked = false;
  podBlocked = false;
  readonly #client: ClientTunnelEnd;
  readonly #pod: TunnelEnd;
  readonly #options: EndpointOptions;
  readonly #closing: WebSocketClosing | undefined;
  readonly #needs: TunnelNeeds;
  readonly #over: (reason: TunnelReason | '') => void;
  #clientEnded = false;
  #podEnded = false;
  #finished = false;
  /** When the client is given up that does not answer the Close frame. */
  #answerBy = Number.POSITIVE_INFINITY;
  /** It has answered, or had its time: what it still sends is dropped. */
  #isClosed = false;

  /** `over` is called once, before both ends are ended; its reason is '' after the FIN of a side. */
  constructor(
    { client, pod, closing }: TunnelEnds,
    options: EndpointOptions,
    needs: TunnelNeeds,
    over: (reason: TunnelReason | '') => void,
  ) {
    this.#client = client;
    this.#pod = pod;
    this.#options = options;
    this.#closing = closing;
    this.#needs = needs;
    this.#over = over;
    needs.counts.gauges.tunnels += 1;
    needs.counts.gauges.exchanges_in_flight -= 1;
    needs.counts.scalars.tunnels_opened += 1;
    if (closing !== undefined) needs.streams.join(this);
    this.#touch();
  }

  get pending(): number {
    return this.#pod.queued;
  }

  fromClient(buf: Buffer, start: number, end: number): Hold {
    const isGone = this.#pod.gone;
    if (this.#isClosed || (isGone && !this.#isClosing)) return 'free';
    this.#touch();
    this.bytesReceived += end - start;
    const hold = isGone ? 'free' : this.#pod.write(buf, start, end);
    this.clientBlocked = !isGone && this.#pod.full;
    if (this.#closing?.fromClient(buf, start, end) === true) this.#closed();
    return hold;
  }

  fromPod(buf: Buffer, start: number, end: number): Hold {
    const closing = this.#closing;
    const last = closing === undefined ? end : closing.fromPod(buf, start, end);
    if (last === start) return 'free';
    this.#touch();
    this.bytesSent += last - start;
    const hold = this.#client.write(buf, start, last);
    if (closing?.isDue === true) this.drain();
    this.podBlocked = this.#client.full;
    return hold;
  }

  podDrained(): void {
    this.#touch();
    this.clientBlocked = false;
    this.#client.resume();
  }

  drained(): void {
    if (!this.podBlocked || this.#client.full) return;
    this.#touch();
    this.podBlocked = false;
    this.#pod.resume();
  }

  ended(): void {
    this.#clientEnded = true;
    if (this.#isClosing) return this.#closed();
    if (!this.#isClosed) this.#pod.end();
    this.#touch();
  }

  podEnded(): void {
    if (this.#isClosing) return;
    this.#podEnded = true;
    this.#client.end();
    this.#touch();
  }

  gone(): void {
    this.#finish('client-left');
  }

  podGone(failed: boolean): void {
    // What the client still has to say is that it closes, too.
    if (this.#isClosing) return this.#unblockClient();
    // After the pod's FIN the client's queue is still being flushed; its own close or the deadline ends the rest.
    if (failed || !this.#podEnded) this.#finish('upstream-reset');
  }

  expire(): void {
    if (!this.#isClosing) return this.#finish('tunnel-idle');
    this.#needs.counts.scalars.drain_closes_unanswered += 1;
    this.#closed();
  }

  drain(): boolean {
    const isEnding = this.#clientEnded || this.#podEnded;
    const frame = isEnding || this.#closing === undefined ? 'never' : this.#closing.close();
    if (typeof frame === 'string') return frame === 'never';
    const { counts, clock } = this.#needs;
    counts.scalars.drain_websockets_closed += 1;
    this.#client.write(frame, 0, frame.length);
    this.#answerBy = clock.now + CLOSE_WAIT;
    this.#touch();
    return true;
  }

  cut(): void {
    this.#finish('drain-timeout');
  }

  /** Activity of either side keeps both open; after a FIN the rest must come soon. */
  #touch(): void {
    const isEnding = this.#clientEnded || this.#podEnded;
    const rest = isEnding ? this.#rest() : this.#options.tunnelIdleTimeout;
    this.deadline = Math.min(this.#needs.clock.now + rest, this.#answerBy);
  }

  /** The client has been asked to close, and has not yet. */
  get #isClosing(): boolean {
    return this.#answerBy !== Number.POSITIVE_INFINITY;
  }

  /** The server ends the connection (RFC 6455 section 7.1.1). */
  #closed(): void {
    this.#answerBy = Number.POSITIVE_INFINITY;
    this.#isClosed = true;
    if (!this.#pod.gone) this.#pod.end();
    this.podEnded();
    this.#unblockClient();
  }

  /** The pod takes nothing more: what the client sends is read all the same, for its end comes behind it. */
  #unblockClient(): void {
    if (!this.clientBlocked) return;
    this.clientBlocked = false;
    this.#client.resume();
  }

  #rest(): number {
    const isFlushing = this.#client.queued > 0 || this.#pod.queued > 0;
    return isFlushing ? this.#options.clientIdleTimeout : this.#needs.settings.lingerTimeout;
  }

  #finish(reason: TunnelReason | ''): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#needs.streams.leave(this);
    if (this.#closing?.isSent === true) this.#over('drain-closed');
    else this.#over(this.#clientEnded || this.#podEnded ? '' : reason);
    if (reason === 'upstream-reset' && !this.#podEnded) this.#client.reset();
    else this.#client.destroy();
    this.#pod.destroy();
  }
}
