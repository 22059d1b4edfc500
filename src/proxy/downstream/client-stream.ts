import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TlsFacts } from '../../boundary/tls-facts.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import { LOW_WATERMARK } from '../bytes/buffer-budget.ts';
import { type AcceptedHandle, type Reader, readInto, type SharedBuffer } from './accepted-socket.ts';
import { GatheredReads, type GatheringNeeds } from './gathered-reads.ts';

/** The byte stream of one client: a TCP socket, TLS over one, or any other duplex stream of bytes. */
export interface ClientStream {
  /** For writing, and for all its events except `data`. */
  readonly stream: Duplex;
  /** The TCP socket below, whose send queue the kernel reports; undefined if there is none. */
  readonly raw: Socket | undefined;
  /** The client's IP address, possibly IPv4-mapped. */
  readonly address: string;
  readonly proto: Peer['proto'];
  /** Undefined if the client does not use TLS that podway terminates. */
  readonly tls: TlsFacts | undefined;
  /**
   * Passes everything that the client sends from now on to the reader. Ignores errors of the stream: its `close`
   * follows.
   */
  deliverTo(reader: Reader): void;
  /** Passes bytes to the reader that another reader had received. Call it from the `received` of that other reader. */
  deliver(bytes: Buffer): void;
  /**
   * Detaches the reader. Received bytes wait in the stream for another consumer, which attaches in a later turn of the
   * event loop.
   */
  takeBack(): void;
  /** Closes the connection at once, so that the client sees an error instead of the regular end of the data. */
  reset(): void;
  /**
   * Node does not poll a paused socket, so it does not notice a reset before reading resumes. The kernel knows of the
   * reset, and refuses even an empty write.
   */
  probe(): void;
}

/** A connection that a `net.Server` accepted paused, from this address. */
export function acceptedClient(
  accepted: Socket | AcceptedHandle,
  address: string,
  buffers: SharedBuffer,
): ClientStream {
  return new AcceptedClient(accepted, address, buffers);
}

/** Facts about a duplex stream that the stream itself does not have. */
export interface DuplexFacts {
  /** As in ClientStream. */
  readonly address: string;
  readonly proto: Peer['proto'];
  /** The TCP socket below a TLSSocket: only this socket can be reset. */
  readonly raw?: Socket;
  /** As in ClientStream. */
  readonly tls?: TlsFacts;
}

/**
 * Any other duplex stream of bytes. It must stay writable after its client has ended its side (`allowHalfOpen`). While
 * it is paused, it reads up to its own high-water mark, which podway does not count: 16 KiB, as for sockets, is a good
 * value. Without a socket below, podway resets it by `destroy(error)`, which its other end must see as an error.
 */
export function duplexClient(stream: Duplex, facts: DuplexFacts, needs: GatheringNeeds): ClientStream {
  return new DuplexClient(stream, facts, needs);
}

class AcceptedClient implements ClientStream {
  readonly stream: Socket;
  readonly address: string;
  readonly proto = 'http';
  readonly tls = undefined;
  #reader: Reader | undefined;

  constructor(accepted: Socket | AcceptedHandle, address: string, buffers: SharedBuffer) {
    this.address = address;
    // Node reads no bytes before the end of this turn of the event loop, and by then there is a reader.
    this.stream = readInto(accepted, buffers, LOW_WATERMARK, () => this.#reader as Reader);
  }

  get raw(): Socket {
    return this.stream;
  }

  deliverTo(reader: Reader): void {
    this.#reader = reader;
    this.stream.on('error', ignore);
  }

  /** The code that takes over the handle reads from it, and not before the event loop polls again. */
  takeBack(): void {
    // Nothing to do.
  }

  deliver(bytes: Buffer): void {
    this.#reader?.received(bytes, bytes.length);
  }

  reset(): void {
    this.stream.resetAndDestroy();
  }

  probe(): void {
    const { stream } = this;
    if (isUnwatched(stream)) stream.write('');
  }
}

class DuplexClient implements ClientStream {
  readonly stream: Duplex;
  readonly raw: Socket | undefined;
  readonly address: string;
  readonly proto: Peer['proto'];
  readonly tls: TlsFacts | undefined;
  readonly #needs: GatheringNeeds;
  #reader: Reader | undefined = undefined;
  #reads: GatheredReads | undefined = undefined;

  constructor(stream: Duplex, { raw, address, proto, tls }: DuplexFacts, needs: GatheringNeeds) {
    this.stream = stream;
    this.raw = raw;
    this.address = address;
    this.proto = proto;
    this.tls = tls;
    this.#needs = needs;
    raw?.on('error', ignore);
  }

  deliverTo(reader: Reader): void {
    this.#reader = reader;
    if (this.#reads !== undefined) return;
    this.stream.on('error', ignore);
    this.#reads = new GatheredReads(this.stream, () => this.#reader as Reader, this.#needs);
  }

  deliver(bytes: Buffer): void {
    this.#reader?.received(bytes, bytes.length);
  }

  takeBack(): void {
    // GatheredReads puts the rest of a chunk back at the front of the stream.
    this.stream.pause();
    this.#reads?.stop();
  }

  /** `TLSSocket.resetAndDestroy()` throws (ERR_INVALID_HANDLE_TYPE), so podway resets the socket below first. */
  reset(): void {
    const { stream, raw } = this;
    if (raw === undefined) stream.destroy(new Error('the connection was reset'));
    else {
      raw.resetAndDestroy();
      stream.destroy();
    }
  }

  /** TLS does not pass an empty write on, so podway writes to the socket below. */
  probe(): void {
    if (this.raw?.writable === true && isUnwatched(this.stream)) this.raw.write('');
  }
}

function ignore(): void {
  // podway handles the `close` that follows.
}

/** Neither a read nor a pending write would show that the client has disconnected. */
function isUnwatched(stream: Duplex): boolean {
  return stream.isPaused() && stream.writable && stream.writableLength === 0;
}
