import type { TunnelReason } from '../../boundary/reasons.ts';
import type { DownstreamConnection } from '../downstream/http1/downstream-connection.ts';
import type { UpstreamConnection, UpstreamUser } from '../upstream/http1/upstream-connection.ts';

/**
 * An upgraded connection: bytes both ways, never looked at, with back-pressure. One side's FIN is passed on and the
 * other may finish what it is sending; a reset ends both at once.
 */
export class Tunnel implements UpstreamUser {
  bytesSent = 0;
  bytesReceived = 0;
  /** The pod does not take the client's bytes at the moment. */
  clientBlocked = false;
  readonly #client: DownstreamConnection;
  readonly #upstream: UpstreamConnection;
  readonly #over: (reason: TunnelReason | '') => void;
  #podBlocked = false;
  #clientEnded = false;
  #podEnded = false;
  #finished = false;

  constructor(
    client: DownstreamConnection,
    upstream: UpstreamConnection,
    over: (reason: TunnelReason | '') => void,
  ) {
    this.#client = client;
    this.#upstream = upstream;
    this.#over = over;
    this.#touch();
  }

  /** Bytes that the pod's socket has not taken. */
  get queued(): number {
    return this.#upstream.writer.queued;
  }

  /** `buf[start, end)` is the caller's again when this returns. */
  fromClient(buf: Buffer, start: number, end: number): void {
    if (this.#upstream.gone) return;
    this.#touch();
    this.bytesReceived += end - start;
    const { writer } = this.#upstream;
    if (writer.write({ text: '', buf, start, end, tail: '' })) this.#client.retain(buf);
    this.clientBlocked = writer.full;
  }

  received(buf: Buffer, start: number, end: number): boolean {
    this.#touch();
    this.bytesSent += end - start;
    if (this.#client.outbox.send({ text: '', buf, start, end, tail: '' })) this.#upstream.retain();
    this.#podBlocked = this.#client.outbox.full;
    return !this.#podBlocked;
  }

  drained(): void {
    this.#touch();
    this.clientBlocked = false;
    this.#client.regulate();
  }

  downstreamDrained(): void {
    if (!this.#podBlocked || this.#client.outbox.full) return;
    this.#touch();
    this.#podBlocked = false;
    this.#upstream.resume();
  }

  clientEnded(): void {
    this.#clientEnded = true;
    this.#upstream.writer.end();
    this.#touch();
  }

  ended(): void {
    this.#podEnded = true;
    this.#client.outbox.end(() => undefined);
    this.#touch();
  }

  clientGone(): void {
    this.#finish('client-left');
  }

  opened(): void {
    // It was open before it became a tunnel.
  }

  closed(error: Error | undefined): void {
    // After the pod's FIN the client's queue is still being flushed; its own close or the deadline ends the rest.
    if (error !== undefined || !this.#podEnded) this.#finish('upstream-reset');
  }

  expire(): void {
    this.#finish(this.#clientEnded || this.#podEnded ? '' : 'tunnel-idle');
  }

  /** The drain timeout. */
  cut(): void {
    this.#finish('drain-timeout');
  }

  /** Activity of either side keeps both open; after a FIN the rest must come soon. */
  #touch(): void {
    const { clock, settings } = this.#client.plane;
    let time = settings.tunnelIdleTimeout;
    if (this.#clientEnded || this.#podEnded) {
      const flushing = this.#client.outbox.queued > 0 || this.queued > 0;
      time = flushing ? settings.clientIdleTimeout : settings.lingerTimeout;
    }
    this.#client.deadline = clock.now + time;
  }

  #finish(reason: TunnelReason | ''): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#upstream.user = undefined;
    this.#over(this.#clientEnded || this.#podEnded ? '' : reason);
    if (reason === 'upstream-reset' && !this.#podEnded) this.#client.reset();
    else this.#client.destroy();
    this.#upstream.destroy();
  }
}
