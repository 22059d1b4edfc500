import type { TunnelReason } from '../../boundary/reasons.ts';
import type { EndpointOptions } from '../../boundary/route-options.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import type { WorkerCounts } from '../counts/worker-counts.ts';
import type { Drainable, StreamDrain } from '../drain/stream-drain.ts';
import { type CloseCode, WebSocketClosing } from '../drain/websocket-closing.ts';
import type { ClientTunnelEnd, Hold, TunnelClientSide, TunnelEnd, TunnelPodSide } from './ends.ts';

/** What a tunnel needs in addition to its ends. Times in milliseconds. */
export interface TunnelNeeds {
  readonly clock: { readonly now: number };
  readonly counts: WorkerCounts;
  readonly settings: { readonly lingerTimeout: number };
  readonly streams: StreamDrain;
}

export interface TunnelEnds {
  readonly client: ClientTunnelEnd;
  readonly pod: TunnelEnd;
  /** Undefined if podway cannot end this tunnel by a message. */
  readonly closing: WebSocketClosing | undefined;
}

/** Time for the answer to podway's own Close frame, in milliseconds. */
const CLOSE_TIMEOUT = 2_000;

/** How podway ends a tunnel of this protocol when it stops; undefined if only the end of the drain timeout ends it. */
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
 * An upgraded connection: bytes in both directions, with back-pressure. podway passes on the FIN of one side, and the
 * other side may finish sending; a reset ends both sides at once. podway does not read payloads. When it stops, it ends
 * a WebSocket by its own Close frame.
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
  /** When podway gives up a client that does not answer the Close frame. */
  #answerBy = Number.POSITIVE_INFINITY;
  /** The client has answered, or its time is over: podway drops what it still sends. */
  #isClosed = false;

  /** `over` is called once, before both sides are closed. Its reason is '' after the FIN of a side. */
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
    // The client still has to answer the Close frame.
    if (this.#isClosing) return this.#unblockClient();
    // After the pod's FIN, podway still sends the client's queue. The client's own close or the deadline ends the rest.
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
    this.#answerBy = clock.now + CLOSE_TIMEOUT;
    this.#touch();
    return true;
  }

  cut(): void {
    this.#finish('drain-timeout');
  }

  /** Activity of either side keeps both open. After a FIN, the rest must come soon. */
  #touch(): void {
    const isEnding = this.#clientEnded || this.#podEnded;
    const rest = isEnding ? this.#rest() : this.#options.tunnelIdleTimeout;
    this.deadline = Math.min(this.#needs.clock.now + rest, this.#answerBy);
  }

  /** podway has sent a Close frame to the client, which has not answered it. */
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

  /** The pod takes no more bytes. podway still reads those of the client, since its end comes after them. */
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
