import { CODE } from '../../../http2/session/codes.ts';
import type { Http2Stream } from '../../../http2/session/stream.ts';
import type { ClientTunnelEnd, Hold, TunnelClientSide } from '../../exchange/ends.ts';
import type { Intake } from './stream-body.ts';
import type { StreamWriter } from './stream-writer.ts';

/** The stream of a tunnel, as far as StreamTunnel needs it. */
export interface TunnelStream {
  readonly closed: boolean;
  readonly sendQueue: StreamWriter;
  readonly stream: Http2Stream;
  resetWith(code: number): void;
}

/**
 * The client's end of a tunnel, when it is a stream (RFC 8441 section 5): END_STREAM corresponds to a FIN, and RST_STREAM with CANCEL
 * to a TCP reset.
 */
export class StreamTunnel implements ClientTunnelEnd {
  readonly #it: TunnelStream;

  constructor(it: TunnelStream) {
    this.#it = it;
  }

  get gone(): boolean {
    return this.#it.closed;
  }

  get queued(): number {
    return this.#it.sendQueue.queued;
  }

  get full(): boolean {
    return this.#it.sendQueue.full;
  }

  write(buf: Buffer, start: number, end: number): Hold {
    if (!this.#it.closed) this.#it.sendQueue.write(buf, start, end, false);
    return 'free';
  }

  resume(): void {
    this.#it.stream.resume();
  }

  end(): void {
    if (!this.#it.closed) this.#it.stream.end();
  }

  destroy(): void {
    this.#it.resetWith(CODE.cancel);
  }

  reset(): void {
    this.#it.resetWith(CODE.cancel);
  }
}

/** Passes what the client sends to the tunnel. */
export class TunnelIntake implements Intake {
  readonly #tunnel: TunnelClientSide;
  readonly #moved: () => void;

  /** `moved` is called when the number of kept bytes may have changed. */
  constructor(tunnel: TunnelClientSide, moved: () => void) {
    this.#tunnel = tunnel;
    this.#moved = moved;
  }

  came(buf: Buffer, start: number, end: number): Hold | 'later' {
    if (this.#tunnel.clientBlocked) return 'later';
    const hold = this.#tunnel.fromClient(buf, start, end);
    this.#moved();
    return hold;
  }

  finished(): boolean {
    this.#tunnel.ended();
    return true;
  }
}
