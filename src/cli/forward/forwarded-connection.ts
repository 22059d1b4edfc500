import type { Socket } from 'node:net';
import { readDirectly } from '../../bytes/direct-reads.ts';
import type { ReadInto } from '../../bytes/read-by-data.ts';
import type { PortTunnel } from '../../cluster/streams/port-tunnel.ts';
import type { TunnelError } from '../../cluster/streams/tunnel-error.ts';
import { ClientWrites } from './client-writes.ts';
import { HeldBytes } from './held-bytes.ts';

/** Milliseconds of silence that end a connection whose client has ended its side when no answer was due. */
const IDLE_LINGER = 1_000;

/** All clients are read into it: bytes are handed on or copied before another one is read. */
const READ = Buffer.allocUnsafeSlow(64 * 1024);

/** How a connection to a pod came to its end. */
export type ForwardEnd =
  /** Both sides have ended, or the client has gone. */
  | { readonly kind: 'over' }
  /** It failed before the pod has answered: all of it may go to another pod. */
  | { readonly kind: 'refused'; readonly error: TunnelError }
  /** It broke, and the client with it. */
  | { readonly kind: 'broken'; readonly error: TunnelError };

/**
 * A connection of a client, and the tunnel of its present pod. The client is read no faster than the pod reads, and the other
 * way round, without any other connection in between. Until the pod has answered, what the client has sent is kept, up to
 * 64 KiB, and goes to the next pod when this one turns out to have refused.
 */
export class ForwardedConnection {
  readonly #socket: Socket;
  readonly #writes: ClientWrites;
  readonly #held = new HeldBytes();
  readonly #gone = new AbortController();
  #tunnel: PortTunnel | undefined;
  #hasEnded = false;
  /** Nothing of the client counts any more. */
  #isOver = false;
  /** Called when bytes of the pod come. */
  #onAnswer: (() => void) | undefined;
  /** The last bytes were the client's: an answer may come. */
  #awaitsAnswer = false;

  /** @param socket half-open (`allowHalfOpen`) and paused */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    this.#writes = new ClientWrites(socket, () => this.#tunnel?.pause());
    socket.on('data', (chunk: Buffer) => this.#sent(chunk));
    const callback = (size: number) => {
      this.#sent(READ.subarray(0, size));
      return true;
    };
    readDirectly(socket, { buffer: () => READ, callback });
    socket.on('end', () => this.#ended());
    socket.on('drain', () => this.#tunnel?.resume());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#gone.abort();
      this.#tunnel?.destroy();
    });
    socket.pause();
  }

  /** Aborts when the client has gone. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Where a tunnel's bytes have to go. */
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

  /** Lets client and pod talk. @param tunnel one that reads into `reads`. Resolves when that is over; never rejects. */
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

  /** Ends the client's connection so that it does not look complete. */
  break(): void {
    this.#socket.resetAndDestroy();
  }

  /** @param chunk will be read into again */
  #sent(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#awaitsAnswer = true;
    const tunnel = this.#tunnel;
    // A tunnel that has nothing else to write copies it.
    const isCopied = !this.#held.isWhole && tunnel?.writableLength === 0;
    const bytes = isCopied ? chunk : Buffer.from(chunk);
    this.#held.add(bytes);
    if (tunnel?.write(bytes) !== true) this.#socket.pause();
  }

  /**
   * The protocol cannot signal it to the pod. It may still answer; where nothing was due, the client has most likely
   * gone.
   */
  #ended(): void {
    this.#hasEnded = true;
    const tunnel = this.#tunnel;
    tunnel?.end();
    if (this.#awaitsAnswer || tunnel === undefined) return;
    const timer = setTimeout(() => {
      // What a slow client has not taken yet is no silence of the pod.
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

  /** What the client still sends is read and dropped for a while: a reset would take from it what it has not read yet. */
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
