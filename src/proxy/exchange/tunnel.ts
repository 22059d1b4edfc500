import type { TunnelReason } from '../../boundary/reasons.ts';
import type { EndpointOptions } from '../../boundary/route-options.ts';
import type { WorkerCounts } from '../counts/worker-counts.ts';
import type { ClientTunnelEnd, Hold, TunnelClientSide, TunnelEnd, TunnelPodSide } from './ends.ts';

/** What a tunnel needs besides its ends. Times in milliseconds. */
export interface TunnelNeeds {
  readonly clock: { readonly now: number };
  readonly counts: WorkerCounts;
  readonly settings: { readonly lingerTimeout: number };
}

export interface TunnelEnds {
  readonly client: ClientTunnelEnd;
  readonly pod: TunnelEnd;
}

/**
 * An upgraded connection: bytes both ways, never looked at, with back-pressure. One side's FIN is passed on and the
 * other may finish what it is sending; a reset ends both at once.
 */
export class Tunnel implements TunnelClientSide, TunnelPodSide {
  bytesSent = 0;
  bytesReceived = 0;
  deadline = 0;
  clientBlocked = false;
  podBlocked = false;
  readonly #client: ClientTunnelEnd;
  readonly #pod: TunnelEnd;
  readonly #options: EndpointOptions;
  readonly #clock: { readonly now: number };
  readonly #lingerTimeout: number;
  readonly #over: (reason: TunnelReason | '') => void;
  #clientEnded = false;
  #podEnded = false;
  #finished = false;

  /** `over` is called once, before both ends are ended; its reason is '' after the FIN of a side. */
  constructor(
    { client, pod }: TunnelEnds,
    options: EndpointOptions,
    needs: TunnelNeeds,
    over: (reason: TunnelReason | '') => void,
  ) {
    this.#client = client;
    this.#pod = pod;
    this.#options = options;
    this.#clock = needs.clock;
    this.#lingerTimeout = needs.settings.lingerTimeout;
    this.#over = over;
    needs.counts.gauges.tunnels += 1;
    needs.counts.gauges.exchanges_in_flight -= 1;
    needs.counts.scalars.tunnels_opened += 1;
    this.#touch();
  }

  get pending(): number {
    return this.#pod.queued;
  }

  fromClient(buf: Buffer, start: number, end: number): Hold {
    if (this.#pod.gone) return 'free';
    this.#touch();
    this.bytesReceived += end - start;
    const hold = this.#pod.write(buf, start, end);
    this.clientBlocked = this.#pod.full;
    return hold;
  }

  fromPod(buf: Buffer, start: number, end: number): Hold {
    this.#touch();
    this.bytesSent += end - start;
    const hold = this.#client.write(buf, start, end);
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
    this.#pod.end();
    this.#touch();
  }

  podEnded(): void {
    this.#podEnded = true;
    this.#client.end();
    this.#touch();
  }

  gone(): void {
    this.#finish('client-left');
  }

  podGone(failed: boolean): void {
    // After the pod's FIN the client's queue is still being flushed; its own close or the deadline ends the rest.
    if (failed || !this.#podEnded) this.#finish('upstream-reset');
  }

  expire(): void {
    this.#finish('tunnel-idle');
  }

  cut(): void {
    this.#finish('drain-timeout');
  }

  /** Activity of either side keeps both open; after a FIN the rest must come soon. */
  #touch(): void {
    this.deadline =
      this.#clock.now +
      (this.#clientEnded || this.#podEnded ? this.#rest() : this.#options.tunnelIdleTimeout);
  }

  #rest(): number {
    const isFlushing = this.#client.queued > 0 || this.#pod.queued > 0;
    return isFlushing ? this.#options.clientIdleTimeout : this.#lingerTimeout;
  }

  #finish(reason: TunnelReason | ''): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#over(this.#clientEnded || this.#podEnded ? '' : reason);
    if (reason === 'upstream-reset' && !this.#podEnded) this.#client.reset();
    else this.#client.destroy();
    this.#pod.destroy();
  }
}
