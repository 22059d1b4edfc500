import { constants, type ServerHttp2Stream } from 'node:http2';
import type { ClientTunnelEnd, Hold } from '../../exchange/ends.ts';
import type { StreamWriter } from './stream-writer.ts';

const { NGHTTP2_CANCEL } = constants;

/** A tunnel's stream, as far as its end moves it. */
export interface TunnelStream {
  readonly closed: boolean;
  readonly sendQueue: StreamWriter;
  readonly stream: ServerHttp2Stream;
  resetWith(code: number): void;
}

/**
 * A stream that has become one side of a tunnel (RFC 8441 section 5): END_STREAM stands for a FIN, and CANCEL for the reset of
 * a connection.
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
    return this.#it.closed ? 'free' : this.#it.sendQueue.write(buf, start, end);
  }

  resume(): void {
    if (this.#it.stream.isPaused()) this.#it.stream.resume();
  }

  end(): void {
    if (!this.#it.closed) this.#it.sendQueue.end();
  }

  destroy(): void {
    this.#it.resetWith(NGHTTP2_CANCEL);
  }

  reset(): void {
    this.#it.resetWith(NGHTTP2_CANCEL);
  }
}
