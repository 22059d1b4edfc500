import type { SocketWriter } from '../../bytes/socket-writer.ts';
import type { Hold, PodTunnelEnd, TunnelPodSide } from '../../exchange/ends.ts';
import type { UpstreamConnection, UpstreamSink } from './upstream-connection.ts';

/** A pod's connection that has become one side of a tunnel. */
export class PodTunnel implements PodTunnelEnd, UpstreamSink {
  readonly #connection: UpstreamConnection;
  readonly #writer: SocketWriter;
  #side: TunnelPodSide | undefined = undefined;

  constructor(connection: UpstreamConnection) {
    this.#connection = connection;
    this.#writer = connection.writer;
  }

  attach(side: TunnelPodSide): void {
    this.#side = side;
    this.#connection.handler = this;
  }

  get gone(): boolean {
    return this.#connection.gone;
  }

  get queued(): number {
    return this.#writer.queued;
  }

  get full(): boolean {
    return this.#writer.full;
  }

  write(buf: Buffer, start: number, end: number): Hold {
    return this.#writer.write({ text: '', buf, start, end, tail: '' }) ? 'kept' : 'free';
  }

  resume(): void {
    this.#connection.resume();
  }

  end(): void {
    this.#writer.end();
  }

  destroy(): void {
    this.#side = undefined;
    this.#connection.handler = undefined;
    this.#connection.destroy();
  }

  opened(): void {
    // The connection was open before it became a tunnel.
  }

  received(buf: Buffer, start: number, end: number): boolean {
    const side = this.#side;
    if (side === undefined) return false;
    this.#connection.recordHold(buf, side.fromPod(buf, start, end));
    return !side.podBlocked;
  }

  drained(): void {
    this.#side?.podDrained();
  }

  ended(): void {
    this.#side?.podEnded();
  }

  closed(error: Error | undefined): void {
    this.#side?.podGone(error !== undefined);
  }
}
