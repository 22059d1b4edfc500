import type { Socket } from 'node:net';
import { readDirectly } from '../../bytes/direct-reads.ts';
import type { ReadInto } from '../../bytes/read-by-data.ts';
import type { PortTunnel } from '../../cluster/streams/port-tunnel.ts';
import type { TunnelError } from '../../cluster/streams/tunnel-error.ts';
import { ClientWrites } from './client-writes.ts';
import { HeldBytes } from './held-bytes.ts';

/** Milliseconds without data that end a connection whose client has ended its side while it awaited no answer. */
const IDLE_LINGER = 1_000;

/** The read buffer of all clients: podway passes the bytes on or copies them before it reads from another client. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/** How a connection to a pod ended. */
export type ForwardEnd =
  /** Both sides have ended, or the client has disconnected. */
  | { readonly kind: 'over' }
  /** It failed while podway can still send all bytes of the client to another pod. */
  | { readonly kind: 'refused'; readonly error: TunnelError }
  /** It failed later: podway has to reset the client's connection. */
  | { readonly kind: 'broken'; readonly error: TunnelError };

/**
 * The connection of a client, and the tunnel to its current pod. podway reads from each side only as fast as the other side
 * reads. Until the pod has answered, it keeps up to 64 KiB of what the client has sent, for the next pod if this pod refuses.
 */
export class ForwardedConnection {
  readonly #socket: Socket;
  readonly #writes: ClientWrites;
  readonly #held = new HeldBytes();
  readonly #gone = new AbortController();
  #tunnel: PortTunnel | undefined;
  #hasEnded = false;
  /** podway ignores everything that the client still sends. */
  #isOver = false;
  /** Called when bytes of the pod arrive. */
  #onAnswer: (() => void) | undefined;
  /** The client sent the last bytes, so an answer may follow. */
  #awaitsAnswer = false;

  /** @param socket half-open (`allowHalfOpen`) and paused */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    this.#writes = new ClientWrites(socket, () => this.#tunnel?.pause());
    socket.on('data', (chunk: Buffer) => this.#sent(chunk));
    const callback = (size: number) => {
      this.#sent(READ_BUFFER.subarray(0, size));
      return true;
    };
    readDirectly(socket, { buffer: () => READ_BUFFER, callback });
    socket.on('end', () => this.#ended());
    socket.on('drain', () => this.#tunnel?.resume());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#gone.abort();
      this.#tunnel?.destroy();
    });
    socket.pause();
  }

  /** Aborts when the client has disconnected. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** The reader for the bytes of a tunnel. */
  get reads(): ReadInto {
    const { buffer, callback } = this.#writes;
    return {
      buffer,
      callback: (size) => {
        this.#held.release();
        this.#awaitsAnswer = false;
        this.#onAnswer?.();
        return callback(size);
      },
    };
  }

  /** Connects client and pod. Resolves when the connection has ended; never rejects. @param tunnel reads into `reads` */
  async talk(tunnel: PortTunnel): Promise<ForwardEnd> {
    const { promise, resolve } = Promise.withResolvers<ForwardEnd>();
    const socket = this.#socket;
    this.#tunnel = tunnel;
    tunnel.on('drain', () => socket.resume());
    tunnel.on('end', () => {
      this.#writes.flush();
      socket.end();
      tunnel.end();
    });
    tunnel.on('error', (error: TunnelError) => resolve(this.#failed(error)));
    tunnel.on('close', () => resolve({ kind: 'over' }));
    tunnel.resume();
    for (const chunk of this.#held.chunks) tunnel.write(chunk);
    if (this.#hasEnded) tunnel.end();
    else if (!tunnel.writableNeedDrain) socket.resume();
    const end = await promise;
    this.#tunnel = undefined;
    if (end.kind === 'over') this.#conclude();
    return end;
  }

  /** Resets the client's connection, so that the client knows that the answer is incomplete. */
  break(): void {
    this.#socket.resetAndDestroy();
  }

  /** @param chunk a part of the read buffer, which the next read overwrites */
  #sent(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#awaitsAnswer = true;
    const tunnel = this.#tunnel;
    // A tunnel without waiting data copies the bytes when it writes them.
    const isCopied = !this.#held.isWhole && tunnel?.writableLength === 0;
    const bytes = isCopied ? chunk : Buffer.from(chunk);
    this.#held.add(bytes);
    if (tunnel?.write(bytes) !== true) this.#socket.pause();
  }

  /**
   * The client has ended its side. The protocol cannot signal that to the pod, which may still answer. If no answer was due,
   * the client has most likely disconnected.
   */
  #ended(): void {
    this.#hasEnded = true;
    const tunnel = this.#tunnel;
    tunnel?.end();
    if (this.#awaitsAnswer || tunnel === undefined) return;
    const timer = setTimeout(() => {
      // While the client has not read everything yet, the pod is not the silent side.
      if (this.#socket.writableNeedDrain) timer.refresh();
      else tunnel.destroy();
    }, IDLE_LINGER);
    this.#onAnswer = () => timer.refresh();
    tunnel.on('close', () => clearTimeout(timer));
  }

  #failed(error: TunnelError): ForwardEnd {
    this.#socket.pause();
    const isUndelivered = this.#held.isEmpty || error.code !== 'ECONNRESET';
    return { kind: this.#held.isWhole && isUndelivered ? 'refused' : 'broken', error };
  }

  /** Reads and drops what the client still sends, for a while: a reset would discard bytes that the client has not read yet. */
  #conclude(): void {
    const socket = this.#socket;
    this.#isOver = true;
    if (socket.destroyed) return;
    socket.resume();
    this.#writes.flush();
    socket.end(() => {
      const timer = setTimeout(() => socket.destroy(), IDLE_LINGER);
      socket.on('close', () => clearTimeout(timer));
    });
  }
}
