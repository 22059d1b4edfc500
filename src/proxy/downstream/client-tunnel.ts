import type { ClientTunnelEnd, Hold } from '../exchange/ends.ts';
import type { ClientWriter } from './client-writer.ts';

/** A client's connection, as far as its tunnel needs it. */
export interface TunnelConnection {
  readonly closed: boolean;
  readonly writer: ClientWriter;
  /** Continues to read if the tunnel has taken enough bytes. */
  regulate(): void;
  destroy(): void;
  reset(): void;
}

/** A client's connection that has become one side of a tunnel. */
export class ClientTunnel implements ClientTunnelEnd {
  readonly #connection: TunnelConnection;
  readonly #writer: ClientWriter;

  constructor(connection: TunnelConnection) {
    this.#connection = connection;
    this.#writer = connection.writer;
  }

  get gone(): boolean {
    return this.#connection.closed;
  }

  get queued(): number {
    return this.#writer.queued;
  }

  get full(): boolean {
    return this.#writer.full;
  }

  write(buf: Buffer, start: number, end: number): Hold {
    return this.#writer.send({ text: '', buf, start, end, tail: '' }) ? 'kept' : 'free';
  }

  resume(): void {
    this.#connection.regulate();
  }

  end(): void {
    this.#writer.end();
  }

  destroy(): void {
    this.#connection.destroy();
  }

  reset(): void {
    this.#connection.reset();
  }
}
